# SPDX-License-Identifier: Apache-2.0
# The example compare_report beside a report in XML: a comparison, a row of the data file with as many
# cells as its heading, and sentences for what is no report. Variables: PROGRAM, WORK, DATA.
cmake_minimum_required(VERSION 3.23)

file(MAKE_DIRECTORY ${WORK})
set(report ${WORK}/fc_csynth.xml)
file(WRITE ${report} "<profile><ReportVersion><Version>2023.2</Version></ReportVersion>
<UserAssignments><Part>xcvu9p-flga2104-2-e</Part><TopModelName>fc</TopModelName>
<TargetClockPeriod>5.00</TargetClockPeriod></UserAssignments><PerformanceEstimates>
<SummaryOfOverallLatency><Best-caseLatency>7</Best-caseLatency><Worst-caseLatency>8</Worst-caseLatency>
<Interval-min>4</Interval-min><Interval-max>4</Interval-max></SummaryOfOverallLatency>
</PerformanceEstimates><AreaEstimates><Resources><BRAM_18K>10</BRAM_18K><DSP>16</DSP><FF>900</FF>
<LUT>1000</LUT></Resources></AreaEstimates></profile>")
file(WRITE ${WORK}/w2.txt "0.5, -0.25, 0.0, 0.75,\n1.5e-1 0.3 -0.7 0.11")
set(layer --inputs 16 --outputs 4 --reuse-factor 4 --weight 16,6)

function(run expected)
    execute_process(COMMAND ${PROGRAM} ${ARGN} OUTPUT_VARIABLE out ERROR_VARIABLE error RESULT_VARIABLE code)
    if(NOT "${code}\n${out}${error}" MATCHES "${expected}")
        message(FATAL_ERROR "not what was expected: ${expected}\n${code}\n${out}${error}")
    endif()
    set(out "${out}" PARENT_SCOPE)
endfunction()

run("^0\nfc\n.*DSP +16 +16 +\\+0 %\nBRAM_18K +[0-9]+ +10 .*II +4 +4 +\\+0 %\nlatency +[0-9]+ +8 " ${report} ${layer})
run("^1\ncompare_report: the report has no module 'conv'" ${report} ${layer} --module conv)
run("^1\ncompare_report: a layer has at least one input" ${report})
run("^1\ncompare_report: a synthesis report is one of" ${WORK}/w2.txt ${layer})

run("^0\n" ${report} --inputs 4 --outputs 2 --strategy latency --weight 8,2 --weights ${WORK}/w2.txt
    --row owner/name)
file(STRINGS ${DATA} heading LIMIT_COUNT 1)
string(REPLACE "\t" ";" columns "${heading}")
string(REPLACE "\n" "" cells "${out}")
string(REPLACE "\t" ";" cells "${cells}")
list(LENGTH columns expected)
list(LENGTH cells found)
if(NOT expected EQUAL found)
    message(FATAL_ERROR "the data file has ${expected} columns, the row ${found} cells: ${cells}")
endif()
foreach(cell "source=owner/name" "tool=Vitis HLS" "device=xcvu9p-flga2104-2-e" "n_in=4" "n_out=2"
        "strategy=latency" "weight_width=8" "weights=8" "nonzero_weights=7" "csd0=1" "csd1=2" "DSP=16"
        "BRAM_18K=10" "LUT=1000" "II=4" "latency=8" "layer_II=")
    string(REGEX MATCH "^([^=]+)=(.*)" pair "${cell}")
    list(FIND columns "${CMAKE_MATCH_1}" at)
    list(GET cells ${at} value)
    if(NOT value STREQUAL CMAKE_MATCH_2)
        message(FATAL_ERROR "${CMAKE_MATCH_1} is '${value}', not '${CMAKE_MATCH_2}'")
    endif()
endforeach()
