# SPDX-License-Identifier: Apache-2.0
# What a network costs the compiler: writes networks of 5, 50 and 200 layers, compiles each with
# clang and counts the template instantiations in its time trace. Counts do not depend on the
# machine, so they can be compared with a baseline that was reviewed; seconds are shown beside them.
#
#   cmake -D COMPILER=clang++ -D INCLUDES=include -D WORK=/tmp/compile_time
#         -D BASELINE=bench/compile_time/baseline.txt [-D RECORD=ON] -P bench/compile_time/measure.cmake
#
# Fails if the counts do not grow linearly with the layers, if they depend on the number of weights,
# or if they are more than 2 % above the baseline (totals: only with the baseline's clang, since
# they contain the standard library's). RECORD=ON writes the baseline instead, for review.
cmake_minimum_required(VERSION 3.23)

string(REPLACE "|" ";" INCLUDES "${INCLUDES}")
list(TRANSFORM INCLUDES PREPEND -I)
execute_process(COMMAND ${COMPILER} -dumpversion OUTPUT_VARIABLE version
    OUTPUT_STRIP_TRAILING_WHITESPACE)
string(REGEX REPLACE "\\..*" "" major "${version}")
file(MAKE_DIRECTORY ${WORK})

# A program that does with a network what programs do: cost, timing, budget, a fold over the types.
function(write_program file layers width)
    set(list "")
    foreach(i RANGE 1 ${layers})
        string(APPEND list "    espalier::dense{.name = \"l${i}\", .inputs = ${width}, "
            ".outputs = ${width}, .reuse_factor = 4, .weight = {18, 8}},\n")
    endforeach()
    string(REGEX REPLACE ",\n$" "" list "${list}")
    file(WRITE ${file} "\
#include <espalier/network/fits.hpp>

#include <boost/hana/for_each.hpp>

constexpr auto net = espalier::network<
${list}>;
static_assert(espalier::cost(net).dsp > 0);
static_assert(espalier::timing_of(net).interval == 4);
static_assert(espalier::fits(net, espalier::device::xcvu9p)[espalier::resource::uram].need == 0);

int main()
{
    std::int64_t weights = 0;
    boost::hana::for_each(net.layers, [&](auto layer) {
        weights += espalier::matrices_of(decltype(layer)::type::spec)[0].weights();
    });
    return weights > 0 ? 0 : 1;
}
")
endfunction()

# Sets <out>_classes, <out>_functions and <out>_milliseconds.
function(measure layers width out)
    set(program ${WORK}/layers_${layers}_of_${width})
    write_program(${program}.cpp ${layers} ${width})
    string(TIMESTAMP begin "%s%f")
    execute_process(COMMAND ${COMPILER} -std=c++20 ${INCLUDES} -c ${program}.cpp -o ${program}.o
        COMMAND_ERROR_IS_FATAL ANY)
    string(TIMESTAMP end "%s%f")
    execute_process(COMMAND ${COMPILER} -std=c++20 ${INCLUDES} -ftime-trace
        -ftime-trace-granularity=0 -c ${program}.cpp -o ${program}.o COMMAND_ERROR_IS_FATAL ANY)
    file(READ ${program}.json trace)
    foreach(kind Class Function)
        string(REGEX MATCHALL "\"name\":\"Instantiate${kind}\"" events "${trace}")
        list(LENGTH events count)
        if(kind STREQUAL "Class")
            set(${out}_classes ${count} PARENT_SCOPE)
        else()
            set(${out}_functions ${count} PARENT_SCOPE)
        endif()
    endforeach()
    math(EXPR milliseconds "(${end} - ${begin}) / 1000")
    set(${out}_milliseconds ${milliseconds} PARENT_SCOPE)
endfunction()

set(rows "")
foreach(layers 5 50 200)
    measure(${layers} 4 small_${layers})
    string(APPEND rows
        "${layers} 4 ${small_${layers}_classes} ${small_${layers}_functions} ${small_${layers}_milliseconds}\n")
endforeach()
measure(5 4096 large)
string(APPEND rows "5 4096 ${large_classes} ${large_functions} ${large_milliseconds}\n")
set(header "\
# Template instantiations of networks of dense layers (bench/compile_time/measure.cmake).
# clang ${major}
# layers, inputs and outputs of each, classes, functions, milliseconds (of one machine)
")
message(STATUS "\n${header}${rows}")

if(RECORD)
    file(WRITE ${BASELINE} "${header}${rows}")
    message(STATUS "recorded in ${BASELINE}")
    return()
endif()

file(STRINGS ${BASELINE} recorded)
foreach(line IN LISTS recorded)
    if(line MATCHES "^# clang ([0-9]+)")
        set(baseline_major ${CMAKE_MATCH_1})
    elseif(line MATCHES "^([0-9]+) 4 ([0-9]+) ([0-9]+) ")
        set(baseline_${CMAKE_MATCH_1}_classes ${CMAKE_MATCH_2})
        set(baseline_${CMAKE_MATCH_1}_functions ${CMAKE_MATCH_3})
    endif()
endforeach()

set(complaints "")
foreach(kind classes functions)
    # Growth from 5 to 50 layers, 45 of them, and from 50 to 200, 150; times 450 both are the same.
    math(EXPR first "(${small_50_${kind}} - ${small_5_${kind}}) * 10")
    math(EXPR second "(${small_200_${kind}} - ${small_50_${kind}}) * 3")
    math(EXPR difference "${second} - ${first}")
    math(EXPR tolerance "${first} / 50")
    if(difference GREATER tolerance)
        string(APPEND complaints "\n  ${kind} grow faster than the number of layers")
    endif()
    if(NOT small_5_${kind} EQUAL large_${kind})
        string(APPEND complaints "\n  ${kind} depend on the number of weights")
    endif()
    math(EXPR recorded "(${baseline_200_${kind}} - ${baseline_50_${kind}}) * 3")
    math(EXPR allowed "${recorded} + ${recorded} / 50")
    if(second GREATER allowed)
        string(APPEND complaints "\n  a layer takes more ${kind} than in the baseline")
    endif()
    if(major EQUAL baseline_major)
        foreach(layers 5 50 200)
            math(EXPR allowed "${baseline_${layers}_${kind}} * 102 / 100")
            if(small_${layers}_${kind} GREATER allowed)
                string(APPEND complaints "\n  ${layers} layers take ${small_${layers}_${kind}} "
                    "${kind}, the baseline has ${baseline_${layers}_${kind}}")
            endif()
        endforeach()
    endif()
endforeach()
if(complaints)
    message(FATAL_ERROR "compile time:${complaints}")
endif()
if(NOT major EQUAL baseline_major)
    message(STATUS "clang ${major} is not the baseline's ${baseline_major}: growth was compared, totals were not")
endif()
