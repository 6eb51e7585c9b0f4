# SPDX-License-Identifier: Apache-2.0
# Every sentence of a rule in the headers of ROOMS is a heading of PAGE, and every heading is a
# sentence of a header. Variables: INCLUDE_DIR, PAGE, ROOMS (separated by |).
cmake_minimum_required(VERSION 3.23)

string(REPLACE "|" ";" ROOMS "${ROOMS}")
# Semicolons and brackets would take the lists below apart. A tab, which no header has, stands for
# the semicolon, so that it still ends a statement.
function(read_text file out)
    file(READ ${file} text)
    string(REPLACE "[" "(" text "${text}")
    string(REPLACE "]" ")" text "${text}")
    string(REPLACE ";" "\t" text "${text}")
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

read_text(${PAGE} page)
string(REGEX MATCHALL "\n## [^\n]+" headings "${page}")
list(TRANSFORM headings REPLACE "^\n## " "")

set(missing "")
set(everything "")
file(GLOB_RECURSE headers RELATIVE ${INCLUDE_DIR} ${INCLUDE_DIR}/*.hpp)
foreach(header IN LISTS headers)
    read_text(${INCLUDE_DIR}/${header} text)
    string(REGEX REPLACE "\"[ \n]+\"" "" text "${text}") # adjacent literals are one
    string(APPEND everything "${text}")
    string(REGEX MATCH "^[a-z]+" room ${header})
    if(NOT room IN_LIST ROOMS)
        continue()
    endif()
    # Rules, and calls of functions ensure_… that hand sentences on: up to the end of the statement,
    # but semicolons inside of literals do not end it.
    string(REGEX MATCHALL
        "(ensure[a-z_]*|static_assert)\\(([^\"\t]|\"[^\"]*\")*\t" rules "${text}")
    foreach(rule IN LISTS rules)
        # A sentence is an argument of its own; the names beside it stand in `given{"…", …}`.
        string(REGEX MATCHALL ",[ \n]*\"[^\"]+\"[ \n]*[,)]" sentences "${rule}")
        if(NOT sentences AND rule MATCHES "^ensure\\(")
            # The caller's sentence: `ensure(holds, rule, …`.
            if(NOT rule MATCHES "^ensure\\([^\"]*,[ \n]*[a-z_]+,[ \n]*given{")
                list(APPEND missing "${header} has a rule without a sentence: ${rule}")
            endif()
        endif()
        foreach(sentence IN LISTS sentences)
            string(REGEX REPLACE "^[^\"]*\"([^\"]+)\".*" "\\1" sentence "${sentence}")
            if(NOT sentence IN_LIST headings)
                list(APPEND missing "${header}: ${sentence}")
            endif()
        endforeach()
    endforeach()
endforeach()

foreach(heading IN LISTS headings)
    string(FIND "${everything}" "\"${heading}\"" at)
    if(at LESS 0)
        list(APPEND missing "no header says: ${heading}")
    endif()
endforeach()
if(missing)
    list(JOIN missing "\n  " missing)
    string(REPLACE "\t" ";" missing "${missing}")
    message(FATAL_ERROR "${PAGE} and the headers differ:\n  ${missing}")
endif()
list(LENGTH headings count)
message(STATUS "${count} sentences are listed")
