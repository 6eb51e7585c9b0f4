// SPDX-License-Identifier: Apache-2.0
// weights lie in memory: neither a sum nor a product of matrices has any
//
// A view shows where weights lie. An expression of Eigen is a number that is still to be computed;
// it is assigned to a matrix first.
#include <espalier/with/eigen.hpp>

espalier::weight_view view_of(Eigen::MatrixXf& weights)
{
#ifdef BROKEN
    return espalier::weights_of(weights + weights);
#else
    weights += weights;
    return espalier::weights_of(weights);
#endif
}
