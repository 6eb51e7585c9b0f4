# SPDX-License-Identifier: Apache-2.0

# Logs for the tests of the page: a network, two without block RAM of which one has adders, one with
# names that are marks of HTML, one round and nothing but zeros, and none.
function(write_logs folder)
    set(need "\"dsp\": 6150, \"bram\": 1380, \"lut\": 0, \"weights\": 61470")
    set(left "\"dsp\": 900, \"bram\": 196, \"lut\": 0, \"weights\": 13114")
    # Sparse maps with a rhythm of their own, so that a page of them looks like a network.
    function(map length digits result)
        string(LENGTH "${digits}" period)
        math(EXPR times "${length} / ${period} + 1")
        string(REPEAT "${digits}" ${times} all)
        string(SUBSTRING "${all}" 0 ${length} all)
        set(${result} "${all}" PARENT_SCOPE)
    endfunction()
    map(150 "1110111" conv)
    map(2400 "00010000110000000" wide)
    map(1920 "000110000000011000000" fc)
    map(960 "0100010" memory)
    map(840 "0012000210000" digits)
    file(WRITE ${folder}/lenet.json "{\"title\": \"LeNet\", \"structure\": \"consecutive multipliers\",
        \"accounting\": \"paper\", \"seed\": 1, \"unknown\": [1],
        \"baseline\": {${need}, \"validation_accuracy\": 0.9112, \"test_accuracy\": 0.9077},
        \"rounds\": [
        {\"dsp\": 4110, \"bram\": 1026, \"weights\": 45324, \"validation_accuracy\": 0.9095, \"accepted\": true},
        {\"dsp\": 1100, \"bram\": 307, \"weights\": 18555, \"validation_accuracy\": 0.8877, \"accepted\": false},
        {\"dsp\": 2743, \"bram\": 607, \"weights\": 26471, \"accepted\": false},
        {${left}, \"validation_accuracy\": 0.9107, \"accepted\": true}],
        \"pruned\": {${left}, \"validation_accuracy\": 0.9107, \"test_accuracy\": 0.9057,
        \"quantized_test_accuracy\": 0.9041},
        \"layers\": [
        {\"name\": \"conv1\", \"inputs\": 25, \"outputs\": 6, \"reuse_factor\": 1, \"dense\": {\"dsp\": 150},
         \"pruned\": {\"dsp\": 128}, \"multipliers\": \"${conv}\"},
        {\"name\": \"convolution_with_a_long_name\", \"inputs\": 150, \"outputs\": 16, \"reuse_factor\": 1,
         \"dense\": {\"dsp\": 2400}, \"pruned\": {\"dsp\": 424}, \"multipliers\": \"${wide}\"},
        {\"name\": \"fc1\", \"inputs\": 400, \"outputs\": 120, \"reuse_factor\": 25,
         \"dense\": {\"dsp\": 1920, \"bram\": 960}, \"pruned\": {\"dsp\": 366, \"bram\": 274.5},
         \"multipliers\": \"${fc}\", \"columns\": \"${memory}\"}]}")
    set(small "\"structure\": \"constants\", \"baseline\": {\"dsp\": 840, \"validation_accuracy\": 0.75},
        \"pruned\": {\"dsp\": 130, \"lut\": 650, \"validation_accuracy\": 0.74},
        \"rounds\": [{\"dsp\": 130, \"lut\": 650, \"validation_accuracy\": 0.74, \"accepted\": true}],
        \"layers\": [{\"name\": \"fc\", \"inputs\": 84, \"outputs\": 10, \"reuse_factor\": 1,
        \"dense\": {\"dsp\": 840}, \"pruned\": {\"dsp\": 130, \"lut\": 650},
        \"multipliers\": \"${digits}\"}]")
    file(WRITE ${folder}/pair.json "{\"runs\": [{\"title\": \"first\", ${small}},
        {\"title\": \"second, with a title that is much longer than a telephone is wide\", ${small}}]}")
    file(WRITE ${folder}/names.json "{\"title\": \"</title><b>'one' & \\\"two\\\"\\u0001\",
        \"baseline\": {\"dsp\": 12, \"validation_accuracy\": 0.5},
        \"pruned\": {\"dsp\": 6, \"validation_accuracy\": 0.5},
        \"rounds\": [{\"dsp\": 6, \"validation_accuracy\": 0.5, \"accepted\": true}],
        \"layers\": [{\"name\": \"</text><script>alert(1)</script>\", \"inputs\": 4, \"outputs\": 3,
        \"reuse_factor\": 1, \"dense\": {\"dsp\": 12}, \"pruned\": {\"dsp\": 6},
        \"multipliers\": \"110011001100\"}]}")
    file(WRITE ${folder}/empty.json "{\"baseline\": {}, \"pruned\": {}}")
    file(WRITE ${folder}/none.json "{\"runs\": []}")
endfunction()
