# SPDX-License-Identifier: Apache-2.0
# Every sentence of a rule in the headers of ROOMS is a heading of PAGE, and every heading is a
# sentence of a header. Variables: INCLUDE_DIR, PAGE, ROOMS (separated by |).
cmake_minimum_required(VERSION 3.23)

string(REPLACE "|" ";" ROOMS "${ROOMS}")
file(READ ${PAGE} page)
# Semicolons and brackets would take the lists below apart.
string(REPLACE "[" "(" page "${page}")
string(REPLACE "]" ")" page "${page}")
string(REGEX MATCHALL "\n## [^\n]+" headings "${page}")
list(TRANSFORM headings REPLACE "^\n## " "")

set(missing "")
set(everything "")
file(GLOB_RECURSE headers RELATIVE ${INCLUDE_DIR} ${INCLUDE_DIR}/*.hpp)
foreach(header IN LISTS headers)
    file(READ ${INCLUDE_DIR}/${header} text)
    string(REGEX REPLACE "\"[ \n]+\"" "" text "${text}") # adjacent literals are one
    string(REPLACE "[" "(" text "${text}")
    string(REPLACE "]" ")" text "${text}")
    string(REPLACE ";" "\n" text "${text}")
    string(APPEND everything "${text}")
    get_filename_component(room ${header} DIRECTORY)
    if(NOT room IN_LIST ROOMS)
        continue()
    endif()
    # The first literal after the condition; the values beside it are later.
    string(REGEX MATCHALL "(ensure|static_assert)\\([^\"\n]*(\n[^\"\n]*)?(\n[^\"\n]*)?(\n[^\"\n]*)?\"[^\"]+\"[,)]" rules "${text}")
    foreach(rule IN LISTS rules)
        string(REGEX REPLACE "^[^\"]*\"([^\"]+)\".*" "\\1" sentence "${rule}")
        if(NOT sentence IN_LIST headings)
            list(APPEND missing "${header}: ${sentence}")
        endif()
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
    message(FATAL_ERROR "${PAGE} and the headers differ:\n  ${missing}")
endif()
list(LENGTH headings count)
message(STATUS "${count} sentences are listed")
