# SPDX-License-Identifier: Apache-2.0

# run(<command> [arguments…]): stops with all that the command said if it fails; else `output` holds it.
function(run)
    cmake_parse_arguments(PARSE_ARGV 0 command "" "" "") # a list that is one argument stays one
    execute_process(COMMAND ${command_UNPARSED_ARGUMENTS}
        RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
        list(JOIN ARGN " " command)
        message(FATAL_ERROR "${command}\n${output}")
    endif()
    set(output "${output}" PARENT_SCOPE)
endfunction()

# refuses(<sentence> [arguments…]): PROGRAM, in the folder WORK, fails and says a sentence (a regular expression).
function(refuses sentence)
    execute_process(COMMAND ${PROGRAM} ${ARGN}
        WORKING_DIRECTORY ${WORK}
        RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 120)
    if(result EQUAL 0 OR NOT output MATCHES "${sentence}")
        list(JOIN ARGN " " arguments)
        message(FATAL_ERROR "${arguments}: exit ${result}, expected '${sentence}':\n${output}")
    endif()
endfunction()
