# SPDX-License-Identifier: Apache-2.0
# Takes the programs out of docs/errors.md, so that the page and its tests cannot differ.
# Texts are walked with FIND and SUBSTRING: CMake's lists would break at their semicolons.

# Splits off what stands before the first `end`; leaves what comes after it in `rest`.
function(take_until end text before rest)
    string(FIND "${text}" "${end}" at)
    if(at LESS 0)
        set(${before} "${text}" PARENT_SCOPE)
        set(${rest} "" PARENT_SCOPE)
        return()
    endif()
    string(SUBSTRING "${text}" 0 ${at} head)
    string(LENGTH "${end}" length)
    math(EXPR at "${at} + ${length}")
    string(SUBSTRING "${text}" ${at} -1 tail)
    set(${before} "${head}" PARENT_SCOPE)
    set(${rest} "${tail}" PARENT_SCOPE)
endfunction()

# Writes one file for each pair of programs below `directory`:
#   <slug>.cpp           the broken program under #ifdef BROKEN, else the fixed one
#   run/<slug>.hpp       the same for a message at run time, as namespaces
# and sets in the caller: <out> the slugs, <out>_<slug> the sentence, <out>_options_<slug> the options
# of the compiler that stand behind `cpp broken`, <out>_run the slugs of the
# messages at run time, <out>_huge those of them whose broken program is not to be run.
function(read_errors_page page directory out)
    file(READ ${page} text)
    set(slugs "")
    set(run_slugs "")
    set(huge_slugs "")
    take_until("\n## " "${text}" introduction text)
    while(NOT text STREQUAL "")
        take_until("\n## " "${text}" section text)
        take_until("\n" "${section}" sentence section)
        string(REGEX REPLACE "[^a-z0-9]+" "_" slug_base "${sentence}")
        string(SUBSTRING "${slug_base}" 0 60 slug_base)
        set(number 1)
        take_until("```cpp broken" "${section}" meaning section)
        while(NOT section STREQUAL "")
            set(slug ${slug_base})
            if(number GREATER 1 OR slug IN_LIST slugs OR slug IN_LIST run_slugs)
                string(APPEND slug _${number})
            endif()
            math(EXPR number "${number} + 1")
            take_until("\n" "${section}" how section)
            take_until("\n```\n" "${section}" broken section)
            take_until("```cpp fixed${how}\n" "${section}" between section)
            take_until("\n```\n" "${section}\n" fixed section)
            if(between MATCHES "```" OR fixed STREQUAL "")
                message(FATAL_ERROR
                    "${page}: the broken program under '${sentence}' has no `cpp fixed${how}` after it")
            endif()
            set(${out}_${slug} "${sentence}" PARENT_SCOPE)
            if(how STREQUAL " run" OR how STREQUAL " huge")
                list(APPEND run_slugs ${slug})
                if(how STREQUAL " huge")
                    list(APPEND huge_slugs ${slug})
                endif()
                foreach(state broken fixed)
                    # The includes to the top, the rest into a namespace of its own.
                    string(REGEX MATCHALL "#include [^\n]*\n" includes "${${state}}")
                    list(JOIN includes "" includes)
                    string(REGEX REPLACE "#include [^\n]*\n" "" body "${${state}}")
                    string(APPEND programs_${slug}
                        "${includes}\nnamespace ${state}_${slug} {\n${body}\n}\n")
                endforeach()
                file(CONFIGURE OUTPUT ${directory}/run/${slug}.hpp
                    CONTENT "#pragma once\n${programs_${slug}}" @ONLY)
            else()
                list(APPEND slugs ${slug})
                string(STRIP "${how}" how)
                set(${out}_options_${slug} "${how}" PARENT_SCOPE)
                file(CONFIGURE OUTPUT ${directory}/${slug}.cpp
                    CONTENT "#ifdef BROKEN\n${broken}\n#else\n${fixed}\n#endif\n" @ONLY)
            endif()
            take_until("```cpp broken" "${section}" meaning section)
        endwhile()
        if(number EQUAL 1)
            message(FATAL_ERROR "${page}: '${sentence}' has no broken program")
        endif()
    endwhile()
    set(${out} ${slugs} PARENT_SCOPE)
    set(${out}_run ${run_slugs} PARENT_SCOPE)
    set(${out}_huge ${huge_slugs} PARENT_SCOPE)
endfunction()
