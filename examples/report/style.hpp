// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace report {

/// The style sheet of a page. Colours are of Okabe and Ito's palette, which people with any colour
/// vision tell apart; what is kept is also darker than what is freed, for print in grey.
inline constexpr std::string_view style_sheet = R"(
:root{--ink:#1c2126;--soft:#5b646d;--rule:#d9dde1;--freed:#dfe2e5;--kept:#0072b2;--digits:#e69f00;
--memory:#00775a;--warm:#b34700;--paper:#fff}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:17px/1.5 Charter,"Bitstream Charter","Source Serif 4",Georgia,"DejaVu Serif",serif;
font-variant-numeric:lining-nums tabular-nums}
main{max-width:66rem;margin:0 auto;padding:1.5rem 1rem 3rem}
h1,h2,h3,dt,dd,table,svg,.legend,.facts,nav{
font-family:system-ui,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,sans-serif}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .3rem;letter-spacing:-.01em}
h2{font-size:1.2rem;line-height:1.3;margin:2.6rem 0 .3rem}
h3{font-size:.95rem;line-height:1.35;margin:1.3rem 0 .35rem;font-weight:600}
h3 small{font-weight:400;color:var(--soft);font-size:.85rem}
section.run{border-top:3px solid var(--ink);margin-top:3rem;padding-top:1.2rem}
section.run:first-of-type{border:0;margin-top:0;padding-top:0}
p,figcaption{max-width:42rem;margin:.3rem 0}
.facts{color:var(--soft);font-size:.9rem;margin:0 0 1.2rem}
figure{margin:.6rem 0 0}
figcaption{color:var(--soft);font-size:.88rem;line-height:1.45;margin-top:.5rem}
dl.key{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.4rem,1fr));gap:0;margin:1rem 0 0;
border-top:1px solid var(--rule)}
dl.key div{padding:.6rem .9rem .6rem 0;border-bottom:1px solid var(--rule)}
dt{font-size:.8rem;color:var(--soft)}
dd{margin:0;font-size:1.55rem;font-weight:600;line-height:1.25}
dd small{display:block;font-size:.8rem;font-weight:400;color:var(--ink)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,18.5rem),1fr));
gap:1rem 1.6rem;align-items:start}
.charts svg{display:block;width:100%;max-width:26rem;height:auto}
.map svg{display:block;height:auto;margin:0 0 .45rem;min-width:2px}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;margin:.5rem 0 0;padding:0;
font-size:.82rem}
figure .legend svg{display:inline;margin:0;width:.95em;height:.95em;vertical-align:-.1em;margin-right:.4em}
svg{overflow:visible}
svg text{font-size:12px;fill:var(--ink)}
svg .tick,svg .value{font-size:11.5px;fill:var(--soft)}
svg .title{fill:var(--ink)}
.end{text-anchor:end}.middle{text-anchor:middle}
.grid{stroke:var(--rule);stroke-width:1}
.axis{stroke:var(--ink);stroke-width:1}
.dense-line{stroke:var(--soft);stroke-width:1.2;stroke-dasharray:4 3}
.way{fill:none;stroke:var(--kept);stroke-width:1.6;stroke-linejoin:round}
.dense-mark{fill:var(--ink);stroke:var(--paper)}
.accepted{fill:var(--kept);stroke:var(--paper)}
.rejected{fill:var(--paper);stroke:var(--warm);stroke-width:1.6}
.test{fill:var(--digits);stroke:var(--ink);stroke-width:.8}
.before,.m0,.c0{fill:var(--freed)}
.after,.m1{fill:var(--kept)}
.m2{fill:var(--digits)}
.c1{fill:var(--memory)}
.ma{fill:#b9d4e6}.mb{fill:#86b6d6}.mc{fill:#4d96c5}.md{fill:#1f80b9}
.ca{fill:#b7d6cd}.cb{fill:#82bba9}.cc{fill:#4a9d84}.cd{fill:#1f856a}
.gaps{stroke:var(--paper);stroke-width:.14;fill:none}
.front{fill:none;stroke:var(--ink);stroke-width:1.3}
.series{stroke:var(--paper);stroke-width:.8}
.s0{fill:#0072b2}.s1{fill:#d55e00}.s2{fill:#00775a}.s3{fill:#cc79a7}.s4{fill:#e69f00}
.s5{fill:#56b4e9}.s6{fill:#5b646d}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.84rem;margin-top:.6rem;width:100%;max-width:56rem}
th,td{padding:.3rem .55rem;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap}
th{font-weight:600;white-space:normal;vertical-align:bottom;border-bottom:1px solid var(--ink)}
th:first-child,td:first-child{padding-left:0}
td.word,th.word{text-align:left}
table.runs td.word{white-space:normal;min-width:8rem}
tr.no td{color:var(--warm)}
a{color:var(--kept)}
@media(max-width:30rem){body{font-size:16px}th,td{padding:.3rem .24rem}table{font-size:.75rem}
main{padding-top:1rem}}
@media print{@page{margin:14mm}body{font-size:10.5pt}main{max-width:none;padding:0}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
h2,h3{break-after:avoid}figure,.map>div,tr,dl.key{break-inside:avoid}figure.map{break-inside:auto}
dl.key{grid-template-columns:repeat(auto-fit,minmax(6.2rem,1fr))}dd{font-size:14pt}
.charts{grid-template-columns:repeat(2,1fr);gap:.4rem 1.4rem}.charts svg{max-width:88mm}
section.run{break-before:page;border:0;margin:0;padding:0}
section.run:first-of-type{break-before:auto}
h1{font-size:18pt}h2{margin-top:1.4rem}}
)";

} // namespace report
