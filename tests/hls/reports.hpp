// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reports of C synthesis in the form of Vivado HLS and Vitis HLS, made by hand: the tables are
// theirs, names and figures are not.

namespace reports {

/// Vivado HLS 2019.2, the report of a module with an instance and nested loops.
inline constexpr const char* vivado = R"(

================================================================
== Vivado HLS Report for 'dense_stream'
================================================================
* Date:           Mon Jan 01 00:00:00 2024

* Version:        2019.2 (Build 1 on Wed Nov 06 2019)
* Project:        toy_prj
* Solution:       solution1
* Product family: virtexuplus
* Target device:  xcvu9p-flga2104-2-e


================================================================
== Performance Estimates
================================================================
+ Timing: 
    * Summary: 
    +--------+---------+----------+------------+
    |  Clock |  Target | Estimated| Uncertainty|
    +--------+---------+----------+------------+
    |ap_clk  | 5.00 ns | 4.273 ns |   0.62 ns  |
    +--------+---------+----------+------------+

+ Latency: 
    * Summary: 
    +---------+---------+----------+----------+-----+-----+---------+
    |  Latency (cycles) |  Latency (absolute) |  Interval | Pipeline|
    |   min   |   max   |    min   |    max   | min | max |   Type  |
    +---------+---------+----------+----------+-----+-----+---------+
    |       41|      221| 0.205 us | 1.105 us |   41|  220|   none  |
    +---------+---------+----------+----------+-----+-----+---------+

    + Detail: 
        * Instance: 
        +---------------+--------+---------+---------+-----------+-----------+-----+-----+----------+
        |               |        |  Latency (cycles) |   Latency (absolute)  |  Interval | Pipeline |
        |    Instance   | Module |   min   |   max   |    min    |    max    | min | max |   Type   |
        +---------------+--------+---------+---------+-----------+-----------+-----+-----+----------+
        |grp_mul_fu_99  |mul     |        8|        8| 40.000 ns | 40.000 ns |    4|    4| function |
        +---------------+--------+---------+---------+-----------+-----------+-----+-----+----------+

        * Loop: 
        +-------------+---------+---------+----------+-----------+-----------+------+----------+
        |             |  Latency (cycles) | Iteration|  Initiation Interval  | Trip |          |
        |  Loop Name  |   min   |   max   |  Latency |  achieved |   target  | Count| Pipelined|
        +-------------+---------+---------+----------+-----------+-----------+------+----------+
        |- Outer      |       40|      220| 2 ~ 11   |          -|          -|    20|    no    |
        | + Inner     |        ?|        ?|         3|          2|          1|     ?|    yes   |
        +-------------+---------+---------+----------+-----------+-----------+------+----------+



================================================================
== Utilization Estimates
================================================================
* Summary: 
+---------------------+---------+-------+---------+---------+------+
|         Name        | BRAM_18K| DSP48E|    FF   |   LUT   | URAM |
+---------------------+---------+-------+---------+---------+------+
|DSP                  |        -|      -|        -|        -|     -|
|Expression           |        -|      -|        0|      167|     -|
|Instance             |        8|    150|     2266|     6249|     -|
|Register             |        -|      -|      215|        -|     -|
+---------------------+---------+-------+---------+---------+------+
|Total                |        8|    150|     2481|     6416|     0|
+---------------------+---------+-------+---------+---------+------+
|Available SLR        |     1440|   2280|   788160|   394080|   320|
+---------------------+---------+-------+---------+---------+------+
|Utilization SLR (%)  |    ~0   |      6|    ~0   |        1|     0|
+---------------------+---------+-------+---------+---------+------+
|Available            |     4320|   6840|  2364480|  1182240|   960|
+---------------------+---------+-------+---------+---------+------+
|Utilization (%)      |    ~0   |      2|    ~0   |    ~0   |     0|
+---------------------+---------+-------+---------+---------+------+

+ Detail: 
    * Instance: 
    +---------------+--------+---------+-------+------+------+-----+
    |    Instance   | Module | BRAM_18K| DSP48E|  FF  |  LUT | URAM|
    +---------------+--------+---------+-------+------+------+-----+
    |grp_mul_fu_99  |mul     |        8|    150|  2266|  6249|    0|
    +---------------+--------+---------+-------+------+------+-----+
    |Total          |        |        8|    150|  2266|  6249|    0|
    +---------------+--------+---------+-------+------+------+-----+

    * DSP48E: 
    N/A

================================================================
== Interface
================================================================
)";

/// Vitis HLS 2023.2, the report of a module that has neither instances nor loops.
inline constexpr const char* vitis = R"(

================================================================
== Vitis HLS Report for 'softmax_s'
================================================================
* Date:           Mon Jan  1 00:00:00 2024

* Version:        2023.2 (Build 1 on Oct 11 2023)
* Project:        toy_prj
* Solution:       solution1 (Vivado IP Flow Target)
* Product family: zynq
* Target device:  xc7z020-clg400-1


================================================================
== Performance Estimates
================================================================
+ Timing: 
    * Summary: 
    +--------+---------+----------+------------+
    |  Clock |  Target | Estimated| Uncertainty|
    +--------+---------+----------+------------+
    |ap_clk  |  4.00 ns|  3.349 ns|     1.08 ns|
    +--------+---------+----------+------------+

+ Latency: 
    * Summary: 
    +---------+---------+-----------+-----------+-----+-----+---------+
    |  Latency (cycles) |   Latency (absolute)  |  Interval | Pipeline|
    |   min   |   max   |    min    |    max    | min | max |   Type  |
    +---------+---------+-----------+-----------+-----+-----+---------+
    |        9|        9|  36.000 ns|  36.000 ns|    1|    1|      yes|
    +---------+---------+-----------+-----------+-----+-----+---------+

    + Detail: 
        * Instance: 
        N/A

        * Loop: 
        N/A



================================================================
== Utilization Estimates
================================================================
* Summary: 
+-----------------+---------+-----+--------+-------+-----+
|       Name      | BRAM_18K| DSP |   FF   |  LUT  | URAM|
+-----------------+---------+-----+--------+-------+-----+
|Memory           |        3|    -|       0|      0|    -|
|Register         |        -|    -|     511|     96|    -|
+-----------------+---------+-----+--------+-------+-----+
|Total            |        3|    7|     736|    309|    0|
+-----------------+---------+-----+--------+-------+-----+
|Available        |      280|  220|  106400|  53200|    0|
+-----------------+---------+-----+--------+-------+-----+
|Utilization (%)  |        1|    1|      ~0|     ~0|    0|
+-----------------+---------+-----+--------+-------+-----+

+ Detail: 
    * Instance: 
    +-----------------+-----------------+---------+----+----+----+-----+
    |     Instance    |      Module     | BRAM_18K| DSP| FF | LUT| URAM|
    +-----------------+-----------------+---------+----+----+----+-----+
    |mul_18s_11ns_U1  |mul_18s_11ns     |        0|   7|  75|   2|    0|
    +-----------------+-----------------+---------+----+----+----+-----+

================================================================
== Interface
================================================================
)";

/// Vitis HLS, the table of a whole design. In this one the first line of the heading has one column
/// less than the second, as where both latencies have one name.
inline constexpr const char* summary = R"(

================================================================
== Synthesis Summary Report of 'toy'
================================================================
+ General Information: 
    * Date:           Mon Jan  1 00:00:00 2024
    * Version:        2025.1 (Build 1 on May 21 2025)
    * Project:        toy_prj
    * Solution:       solution1 (Vivado IP Flow Target)
    * Product family: zynq
    * Target device:  xc7z020-clg400-1
    

+ Performance & Resource Estimates: 
    
    PS: '+' for module; 'o' for loop; '*' for dataflow
    +--------------+------+------+---------+---------+----------+---------+------+----------+--------+-----------+-------------+-----------+-----+
    |    Modules   | Issue|      |      Latency      | Iteration|         | Trip |          |        |           |             |           |     |
    |    & Loops   | Type | Slack| (cycles)|   (ns)  |  Latency | Interval| Count| Pipelined|  BRAM  |    DSP    |      FF     |    LUT    | URAM|
    +--------------+------+------+---------+---------+----------+---------+------+----------+--------+-----------+-------------+-----------+-----+
    |+ toy*        |     -|  0.03|       32|  160.000|         -|        1|     -|  dataflow|  3 (1%)|  110 (50%)|  13240 (12%)|  4725 (8%)|    -|
    | + conv_s     |     -|  0.30|      130|   20.000|         -|      130|     -|        no|       -|   30 (13%)|    3238 (3%)|  1037 (1%)|    -|
    |  o ReadInput |    II|  3.65|      129|  645.000|         4|        2|    64|       yes|       -|          -|            -|          -|    -|
    | + relu_s     |     -|  0.82|        0|    0.000|         -|        1|     -|       yes|       -|          -|            -|  304 (~0%)|    -|
    +--------------+------+------+---------+---------+----------+---------+------+----------+--------+-----------+-------------+-----------+-----+

)";

/// The same table with names over every column, as where both latencies have names of their own.
inline constexpr const char* summary_in_full = R"(
================================================================
== Synthesis Summary Report of 'toy'
================================================================
+ General Information: 
    * Version:        2023.2 (Build 1 on Oct 11 2023)
    * Target device:  xczu9eg-ffvb1156-2-e

+ Performance & Resource Estimates: 
    
    +---------+------+------+---------+---------+----------+---------+------+----------+---------+---------+-------------+-----------+-----+
    | Modules | Issue|      | Latency | Latency | Iteration|         | Trip |          |         |         |             |           |     |
    | & Loops | Type | Slack| (cycles)|   (ns)  |  Latency | Interval| Count| Pipelined|   BRAM  |   DSP   |      FF     |    LUT    | URAM|
    +---------+------+------+---------+---------+----------+---------+------+----------+---------+---------+-------------+-----------+-----+
    |+ toy    |     -|  0.00|     2374|1.187e+04|         -|     2356|     -|        no|  58 (3%)|  18 (~0%)|  36198 (6%)|  4725 (8%)|    -|
    | o Loop  |     -|  0.00|        -|        -|         5|        3|   784|       yes|        -|        -|            -|          -|    -|
    +---------+------+------+---------+---------+----------+---------+------+----------+---------+---------+-------------+-----------+-----+
)";

/// Vitis HLS 2023.2, XML of a design with modules.
inline constexpr const char* vitis_xml = R"(<profile>
    <ReportVersion>
        <Version>2023.2</Version>
    </ReportVersion>
    <UserAssignments>
        <unit>ns</unit>
        <ProductFamily>zynquplus</ProductFamily>
        <Part>xczu9eg-ffvb1156-2-e</Part>
        <TopModelName>toy</TopModelName>
        <TargetClockPeriod>5.00</TargetClockPeriod>
        <ClockUncertainty>1.35</ClockUncertainty>
    </UserAssignments>
    <PerformanceEstimates>
        <PipelineType>dataflow</PipelineType>
        <SummaryOfTimingAnalysis>
            <unit>ns</unit>
            <EstimatedClockPeriod>3.647</EstimatedClockPeriod>
        </SummaryOfTimingAnalysis>
        <SummaryOfOverallLatency>
            <unit>clock cycles</unit>
            <Best-caseLatency>2374</Best-caseLatency>
            <Average-caseLatency>2374</Average-caseLatency>
            <Worst-caseLatency>2380</Worst-caseLatency>
            <Worst-caseRealTimeLatency>11.870 us</Worst-caseRealTimeLatency>
            <Interval-min>2356</Interval-min>
            <Interval-max>2357</Interval-max>
        </SummaryOfOverallLatency>
    </PerformanceEstimates>
    <AreaEstimates>
        <Resources>
            <BRAM_18K>58</BRAM_18K>
            <DSP>18</DSP>
            <FF>36198</FF>
            <LUT>145061</LUT>
            <URAM>0</URAM>
        </Resources>
        <AvailableResources>
            <BRAM_18K>1824</BRAM_18K>
            <DSP>2520</DSP>
            <FF>548160</FF>
            <LUT>274080</LUT>
            <URAM>0</URAM>
        </AvailableResources>
    </AreaEstimates>
    <ModuleInformation>
        <Module>
            <Name>conv_s</Name>
            <PerformanceEstimates>
                <SummaryOfOverallLatency>
                    <Best-caseLatency>131</Best-caseLatency>
                    <Worst-caseLatency>131</Worst-caseLatency>
                    <PipelineInitiationInterval>130</PipelineInitiationInterval>
                </SummaryOfOverallLatency>
                <SummaryOfLoopLatency>
                    <ReadInput>
                        <Name>ReadInput</Name>
                        <TripCount>64</TripCount>
                        <Latency>129</Latency>
                        <PipelineII>2</PipelineII>
                        <PipelineDepth>4</PipelineDepth>
                    </ReadInput>
                </SummaryOfLoopLatency>
            </PerformanceEstimates>
            <AreaEstimates>
                <Resources>
                    <DSP>11</DSP>
                    <AVAIL_DSP>2520</AVAIL_DSP>
                    <FF>1845</FF>
                    <LUT>2608</LUT>
                    <BRAM_18K>4</BRAM_18K>
                </Resources>
            </AreaEstimates>
        </Module>
        <Module>
            <Name>toy</Name>
        </Module>
    </ModuleInformation>
</profile>
)";

/// Vivado HLS 2019.2, XML of a module with nested loops and without bounds.
inline constexpr const char* vivado_xml = R"(<profile>

<ReportVersion>
<Version>2019.2</Version>
</ReportVersion>

<UserAssignments>
<unit>ns</unit>
<Part>xczu5ev-sfvc784-2LV-e</Part>
<TopModelName>dense_stream</TopModelName>
<TargetClockPeriod>5.00</TargetClockPeriod>
</UserAssignments>

<PerformanceEstimates>
<PipelineType>none</PipelineType>
<SummaryOfTimingAnalysis>
<EstimatedClockPeriod>3.657</EstimatedClockPeriod>
</SummaryOfTimingAnalysis>
<SummaryOfOverallLatency>
<Best-caseLatency>undef</Best-caseLatency>
<Worst-caseLatency>undef</Worst-caseLatency>
<Interval-min>3</Interval-min>
<Interval-max>undef</Interval-max>
</SummaryOfOverallLatency>
<SummaryOfLoopLatency>
<Outer>
<TripCount>20</TripCount>
<Latency>220</Latency>
<IterationLatency>11</IterationLatency>
<Inner>
<TripCount>undef</TripCount>
<Latency>undef</Latency>
<PipelineII>2</PipelineII>
</Inner>
</Outer>
</SummaryOfLoopLatency>
</PerformanceEstimates>

<AreaEstimates>
<Resources>
<BRAM_18K>8</BRAM_18K>
<FF>2481</FF>
<LUT>6416</LUT>
<DSP48E>150</DSP48E>
<URAM>1</URAM>
</Resources>
</AreaEstimates>

</profile>
)";

} // namespace reports
