// SPDX-License-Identifier: Apache-2.0
// a bidirectional layer has the strategies latency and resource, under io_parallel only
#include <espalier/model/cost.hpp>
#include <espalier/model/layers.hpp>

void program()
{
#ifdef BROKEN
    (void)espalier::cost(espalier::gru{
        .inputs = 6, .units = 6, .bidirectional = true, .io = espalier::io_type::io_stream});
#else
    (void)espalier::cost(
        espalier::gru{.inputs = 6, .units = 6, .io = espalier::io_type::io_stream});
#endif
}
