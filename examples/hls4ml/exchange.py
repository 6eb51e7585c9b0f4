#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A network of hls4ml as files for Espalier, and the pruned one back into hls4ml.

    write(model, folder)     before pruning: network.json, and an array for each weight variable
    put_back(model, folder)  after it: weights, biases, masks and limits into the same model

What `put_back` changes is all that depends on the weights: the variables (hls4ml writes them to
firmware/weights as .txt and .h), the number of zeros (from which hls4ml makes the limit of
multipliers under the strategy latency), and the code that hls4ml generates for the strategy
resource_unrolled, which has no multiplication for a weight that is zero. The model is then written,
compiled and built as always.
"""

import json
import pathlib
import re

import numpy as np
from hls4ml.model.optimizer import get_optimizer
from hls4ml.model.types import FixedPrecisionType, IntegerPrecisionType, Source

VERSION = 1


class ExchangeError(Exception):
    """What cannot be exchanged, in a sentence."""


def require(holds, sentence):
    if not holds:
        raise ExchangeError(sentence)


def array(file):
    """An array that was written for this script."""
    try:
        return np.load(file)
    except (OSError, ValueError) as error:
        raise ExchangeError(f'{file} is an array that can be read: {error}') from error


def format_of(precision, what):
    """A fixed-point format."""
    require(isinstance(precision, (FixedPrecisionType, IntegerPrecisionType)),
            f'{what} is a fixed-point number, not {precision}')
    require(not precision.saturation_bits, f'{what} saturates without extra bits, unlike {precision}')
    return {
        'width': int(precision.width),
        'integer': int(precision.integer),
        'signed': bool(precision.signed),
        'rounding': str(precision.rounding_mode).lower(),
        'overflow': str(precision.saturation_mode).lower(),
    }


def attribute_format(node, name):
    return format_of(node.get_attr(name).precision, f'{name} of {node.name}')


def result_format(node):
    return format_of(node.get_output_variable().type.precision, f'the result of {node.name}')


def save(folder, stem, values):
    np.save(folder / f'{stem}.npy', np.ascontiguousarray(values, dtype='<f8'))
    return f'{stem}.npy'


def kernel_of(node, folder, name, bias, accum):
    """One weight matrix; under the resource strategies hls4ml has transposed it to its own order."""
    require(name in node.weights, f'{node.name} has a variable {name}')
    variable = node.weights[name]
    require(getattr(variable, 'storage', 'register') != 'bram',
            f'the weights of {node.name} are in the design; BramFactor puts them outside')
    entry = {
        'name': name,
        'order': 'hardware' if node.get_attr('_weights_transposed') else 'keras',
        'weights': save(folder, f'{node.name}.{name}', variable.data),
        'weight': format_of(variable.type.precision, f'{name} of {node.name}'),
        'bias': format_of(node.weights[bias].type.precision, f'{bias} of {node.name}'),
        'accum': attribute_format(node, accum),
        'bias_name': bias,
        'biases': save(folder, f'{node.name}.{bias}', node.weights[bias].data),
    }
    return entry


def padding_of(node, dimensions):
    """'same' or 'valid', as hls4ml pads."""
    same = False
    for axis, before, after in dimensions:
        extent = node.get_attr(f'in_{axis}')
        window = node.get_attr(f'filt_{axis}') or node.get_attr(f'pool_{axis}')
        stride = node.get_attr(f'stride_{axis}')
        padded = (node.get_attr(before) or 0, node.get_attr(after) or 0)
        expected = max((-(-extent // stride) - 1) * stride + window - extent, 0)
        if padded == (0, 0) and (extent - window) // stride + 1 == node.get_attr(f'out_{axis}'):
            require(not same or expected == 0, f'{node.name} pads both axes or none')
            continue
        require(padded == (expected // 2, expected - expected // 2),
                f'{node.name} is padded evenly to the size that "same" has, not by {padded}')
        same = True
    return 'same' if same else 'valid'


HEIGHT = ('height', 'pad_top', 'pad_bottom')
WIDTH = ('width', 'pad_left', 'pad_right')


def with_weights(node, folder):
    """A dense layer or a convolution."""
    kind = {'Dense': 'dense', 'Conv1D': 'conv1d', 'PointwiseConv1D': 'conv1d', 'Conv2D': 'conv2d',
            'PointwiseConv2D': 'conv2d'}[node.class_name]
    layer = {'name': node.name, 'kind': kind, 'strategy': node.get_attr('strategy').lower(),
             'reuse_factor': int(node.get_attr('reuse_factor'))}
    if kind == 'dense':
        layer |= {'inputs': int(node.get_attr('n_in')), 'outputs': int(node.get_attr('n_out'))}
    else:
        require(node.get_attr('data_format') == 'channels_last', f'{node.name} has its channels last')
        axes = [WIDTH] if kind == 'conv1d' else [HEIGHT, WIDTH]
        layer |= {'height': int(node.get_attr('in_height') or 1), 'width': int(node.get_attr('in_width')),
                  'channels': int(node.get_attr('n_chan')), 'filters': int(node.get_attr('n_filt')),
                  'kernel_height': int(node.get_attr('filt_height') or 1),
                  'kernel_width': int(node.get_attr('filt_width')),
                  'stride_height': int(node.get_attr('stride_height') or 1),
                  'stride_width': int(node.get_attr('stride_width')), 'padding': padding_of(node, axes),
                  'parallelization_factor': int(node.get_attr('parallelization_factor') or 1)}
    layer['data'] = format_of(node.get_input_variable().type.precision, f'the input of {node.name}')
    layer['result'] = result_format(node)
    layer['kernels'] = [kernel_of(node, folder, 'weight', 'bias', 'accum_t')]
    return layer


def pooling(node):
    axes = [WIDTH] if node.class_name.endswith('1D') else [HEIGHT, WIDTH]
    return {'name': node.name, 'kind': f'{node.get_attr("pool_op").lower()}_pooling',
            'height': int(node.get_attr('pool_height') or 1), 'width': int(node.get_attr('pool_width')),
            'stride_height': int(node.get_attr('stride_height') or 1),
            'stride_width': int(node.get_attr('stride_width')), 'padding': padding_of(node, axes),
            'counts_padding': bool(node.get_attr('count_pad')), 'accum': attribute_format(node, 'accum_t'),
            'result': result_format(node)}


def batch_normalization(node, folder):
    return {'name': node.name, 'kind': 'batch_normalization',
            'scale_values': save(folder, f'{node.name}.scale', node.weights['scale'].data),
            'bias_values': save(folder, f'{node.name}.bias', node.weights['bias'].data),
            'scale': format_of(node.weights['scale'].type.precision, f'scale of {node.name}'),
            'bias': format_of(node.weights['bias'].type.precision, f'bias of {node.name}'),
            'result': result_format(node)}


def layer_of(node, folder):
    """A layer; nothing for one that only moves data."""
    if node.class_name in ('Dense', 'Conv1D', 'PointwiseConv1D', 'Conv2D', 'PointwiseConv2D'):
        return with_weights(node, folder)
    if node.class_name in ('Pooling1D', 'Pooling2D'):
        return pooling(node)
    if node.class_name == 'BatchNormalization':
        return batch_normalization(node, folder)
    if node.class_name == 'Activation' and node.get_attr('activation') in ('relu', 'linear'):
        return {'name': node.name, 'kind': node.get_attr('activation'), 'result': result_format(node)}
    if node.class_name == 'Reshape' and len(node.get_output_variable().shape) == 1:
        return None
    detail = node.get_attr('activation') or ''
    raise ExchangeError(f'{node.name} is of a kind that is exchanged, not {node.class_name} {detail}'.strip())


def write(model, folder):
    """Writes what hls4ml is about to build."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    nodes = list(model.get_layers())
    require(nodes[0].class_name == 'Input' and len(model.get_input_variables()) == 1,
            'a network that is exchanged has one input')
    for before, node in zip(nodes, nodes[1:]):
        require(node.inputs == before.outputs[:1], f'{node.name} follows {before.name} and nothing else')
    layers = [layer for node in nodes[1:] if (layer := layer_of(node, folder))]
    network = {
        'espalier': VERSION,
        'backend': model.config.backend.name,
        'io_type': model.config.get_config_value('IOType'),
        'input': [int(extent) for extent in nodes[0].get_output_variable().shape],
        'input_format': result_format(nodes[0]),
        'layers': layers,
    }
    beside = folder / 'network.json.tmp'  # the file is whole when it has its name
    beside.write_text(json.dumps(network, indent=2) + '\n')
    beside.rename(folder / 'network.json')


def replace(node, name, file, dtype='<f8'):
    """Gives a variable other values, with all that hls4ml has noted of them."""
    variable = node.weights[name]
    values = array(file)
    require(values.dtype == np.dtype(dtype) and values.shape == variable.data.shape,
            f'{file} has the type and shape of {name} of {node.name}: '
            f'{values.dtype} {values.shape}, {variable.data.shape}')
    variable.data = values
    variable.nonzeros = int(np.count_nonzero(values))
    variable.nzeros = variable.data_length - variable.nonzeros
    variable.min, variable.max = values.min(), values.max()


def put_back(model, folder):
    """Puts pruned weights into the model that was written, and generates anew what depends on them."""
    folder = pathlib.Path(folder)
    try:
        pruned = json.loads((folder / 'pruned.json').read_text())
    except (OSError, ValueError) as error:
        raise ExchangeError(f'{folder}/pruned.json is a file that can be read: {error}') from error
    require(pruned.get('espalier') == VERSION, 'pruned.json has a version that is known here')
    backend = model.config.backend.name.lower()
    nodes = {node.name: node for node in model.get_layers()}
    unrolled = get_optimizer(f'{backend}:generate_unrolled_dense_resource')
    for kernel in pruned['kernels']:
        require(kernel['layer'] in nodes, f'{kernel["layer"]} is a layer of the model')
        node = nodes[kernel['layer']]
        replace(node, kernel['name'], folder / kernel['weights'])
        if 'biases' in kernel:
            replace(node, kernel['bias_name'], folder / kernel['biases'])
        mask = array(folder / kernel['mask'])
        require(not node.weights[kernel['name']].data[mask == 0].any(),
                f'the pruned weights of {node.name} are zero')
        if unrolled.match(node):
            unrolled.transform(model, node)
            limit(node, kernel['multipliers'])
    model.apply_flow(f'{backend}:apply_templates')
    return pruned


def limit(node, multipliers):
    """hls4ml allows n_out multipliers where the reuse factor is above n_in; built are fewer."""
    code = node.get_attr('resource_unrolled_dense_codegen').code
    code, found = re.subn(r'(instances=mul limit=)\d+', rf'\g<1>{multipliers}', code)
    require(found == 1, f'the code of {node.name} has one limit of multipliers')
    node.set_attr('resource_unrolled_dense_codegen', Source(code))
