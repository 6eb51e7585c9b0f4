# SPDX-License-Identifier: Apache-2.0
# Compiles SOURCE without BROKEN, which must succeed, and with it, which must fail with SENTENCE in
# the compiler's own words: source lines are not echoed, since the headers contain every sentence.
# Variables: COMPILER, COMPILER_ID, INCLUDES (separated by |), OPTIONS, SOURCE, SENTENCE.

cmake_minimum_required(VERSION 3.23)

if(COMPILER_ID STREQUAL "GNU")
    set(no_echo -fno-diagnostics-show-caret)
else()
    set(no_echo -fno-caret-diagnostics)
endif()
string(REPLACE "|" ";" INCLUDES "${INCLUDES}")
list(TRANSFORM INCLUDES PREPEND -I)
separate_arguments(OPTIONS UNIX_COMMAND "${OPTIONS}")
set(compile ${COMPILER} -std=c++20 -fsyntax-only -Wall -Wextra ${no_echo} ${OPTIONS} ${INCLUDES}
    ${SOURCE})
set(ENV{LC_ALL} C)

execute_process(COMMAND ${compile} RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "the fixed program does not compile:\n${said}")
endif()
execute_process(
    COMMAND ${compile} -DBROKEN RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(result EQUAL 0)
    message(FATAL_ERROR "the broken program compiles")
endif()

set(rest "${said}")
string(LENGTH "${SENTENCE}" length)
while(TRUE)
    string(FIND "${rest}" "${SENTENCE}" at)
    if(at LESS 0)
        message(FATAL_ERROR "the sentence is not among the errors:\n${SENTENCE}\n${said}")
    endif()
    # The line so far: an error, or a call of `ensure` that the compiler lists with an error.
    string(SUBSTRING "${rest}" 0 ${at} before)
    string(FIND "${before}" "\n" newline REVERSE)
    math(EXPR newline "${newline} + 1")
    string(SUBSTRING "${before}" ${newline} -1 line)
    if(line MATCHES "error: |in call to 'ensure\\(false, |expansion of '?.*espalier::ensure<")
        return()
    endif()
    math(EXPR at "${at} + ${length}")
    string(SUBSTRING "${rest}" ${at} -1 rest)
endwhile()
