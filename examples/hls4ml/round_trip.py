#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keras -> hls4ml -> Espalier -> hls4ml, and hls4ml's own C simulation of the pruned network.

    round_trip.py <program> <folder> [cnn|mlp] [Vitis|Vivado] [io_parallel|io_stream]

<program> is the example's C++ half. Everything it prints was measured on the rows of this run.
"""

import gzip
import os
import pathlib
import re
import subprocess
import sys

os.environ['KERAS_BACKEND'] = 'jax'

import hls4ml  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402

import exchange  # noqa: E402

ROWS = 1000
IMAGES = pathlib.Path('/usr/share/datasets/fashion-mnist')


def images(part):
    """Images of Fashion-MNIST (the package dataset-fashion-mnist) and their classes."""
    def idx(name, header):
        return np.frombuffer(gzip.decompress((IMAGES / name).read_bytes())[header:], np.uint8)

    x = idx(f'{part}-images-idx3-ubyte.gz', 16).reshape(-1, 28, 28, 1) / 256
    return x.astype(np.float32), idx(f'{part}-labels-idx1-ubyte.gz', 8).astype(np.int32)


def jets(rows):
    """Sixteen features of five classes: the centres lie apart, and so do the widths."""
    random = np.random.default_rng(7)
    centres, widths = random.normal(size=(5, 16)), random.uniform(0.5, 1.5, size=(5, 16))
    y = random.integers(0, 5, rows)
    return (centres[y] + widths[y] * random.normal(size=(rows, 16))).astype(np.float32), y


def network(name, io_type):
    """A network, its configuration by layer, and data for it."""
    layer = keras.layers
    streamed = io_type == 'io_stream'  # where hls4ml pads in a layer of its own, which is not exchanged
    if name == 'cnn':
        layers = [layer.Input((28, 28, 1)),
                  layer.Conv2D(4, 5, strides=2, activation='relu', name='conv1'),
                  layer.MaxPooling2D(2, name='pool1'),
                  layer.Conv2D(8, 3, padding='valid' if streamed else 'same', activation='relu', name='conv2'),
                  layer.AveragePooling2D(2, name='pool2'), layer.Flatten(name='flatten'),
                  layer.Dense(24, activation='relu', name='fc1'), layer.Dense(10, name='fc2')]
        built = {'conv1': ('latency', 1), 'conv2': ('resource_unrolled' if streamed else 'resource', 9),
                 'fc1': ('resource_unrolled', 12), 'fc2': ('resource_unrolled', 48)}
        train, test = images('train'), images('t10k')
    else:
        layers = [layer.Input((16,)), layer.Dense(64, activation='relu', name='fc1'),
                  layer.Dense(32, activation='relu', name='fc2'),
                  layer.Dense(32, activation='relu', name='fc3'), layer.Dense(5, name='fc4')]
        built = {'fc1': ('resource_unrolled', 4), 'fc2': ('resource_unrolled', 8),
                 'fc3': ('latency', 4), 'fc4': ('latency', 1)}
        x, y = jets(20000 + ROWS)
        train, test = (x[ROWS:], y[ROWS:]), (x[:ROWS], y[:ROWS])
    model = keras.Sequential(layers)
    model.compile('adam', keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(*train, batch_size=128, epochs=4, verbose=0)
    return model, built, test[0][:ROWS], test[1][:ROWS]


def check_firmware(project, folder, pruned, model):
    """What hls4ml has written: zeros where the masks prune, and no product with them."""
    nodes = {node.name: node for node in model.get_layers()}
    for kernel in pruned['kernels']:
        node = nodes[kernel['layer']]
        mask = np.load(folder / kernel['mask']).flatten()
        name = node.weights[kernel['name']].name
        text = (project / f'firmware/weights/{name}.txt').read_text()
        header = (project / f'firmware/weights/{name}.h').read_text()
        for numbers in (text, header[header.rindex('{') + 1:header.rindex('}')]):
            written = np.array([float(number) for number in numbers.split(',')])
            assert written.size == mask.size and not written[mask == 0].any()
            assert np.array_equal(written, np.load(folder / kernel['weights']).flatten())
        line = f'{kernel["layer"]:6}{node.get_attr("strategy"):18}{mask.sum():6} of {mask.size:6} weights'
        if 'multipliers' in kernel:
            code = (project / 'firmware/nnet_utils/nnet_code_gen.h').read_text()
            code = re.search(rf'class dense_resource_unrolled_{node.index} .*?Result:', code, re.S)[0]
            products = {int(number) for number in re.findall(r'weights\[(\d+)\]\)', code)}
            assert products == set(np.flatnonzero(written))
            assert f'limit={kernel["multipliers"]}\n' in code
            rows = written.reshape(-1, node.get_attr('reuse_factor')).any(1)
            line += f', {kernel["multipliers"]} of {rows.size} multipliers'
        print(line)


def main(program, folder, name='cnn', backend='Vitis', io_type='io_parallel'):
    folder = pathlib.Path(folder)
    keras.utils.set_random_seed(1)
    model, built, x, y = network(name, io_type)
    config = hls4ml.utils.config_from_keras_model(
        model, granularity='name', default_precision='fixed<16,6>', backend=backend)
    for layer, (strategy, reuse_factor) in built.items():
        config['LayerName'][layer] |= {'Strategy': strategy, 'ReuseFactor': reuse_factor}
    project = folder / 'project'
    hls = hls4ml.converters.convert_from_keras_model(
        model, hls_config=config, backend=backend, output_dir=str(project), io_type=io_type)

    exchange.write(hls, folder)
    np.save(folder / 'inputs.npy', x.reshape(len(x), -1).astype('<f8'))
    subprocess.run([program, folder], check=True)
    pruned = exchange.put_back(hls, folder)
    hls.compile()
    check_firmware(project, folder, pruned, hls)

    expected = np.load(folder / 'expected.npy')
    predicted = hls.predict(np.ascontiguousarray(x, dtype='<f8')).reshape(expected.shape)
    different = int((predicted != expected).any(1).sum())
    print(f'{len(x)} rows: {different} differ between hls4ml and the integer reference')
    for what, answers in (('Keras', model.predict(x, verbose=0)), ('pruned, hls4ml', predicted)):
        print(f'{what:15} {100 * np.mean(answers.argmax(1) == y):.1f} % of them right')
    return 1 if different else 0


if __name__ == '__main__':
    try:
        sys.exit(main(*sys.argv[1:]))
    except exchange.ExchangeError as error:
        sys.exit(f'round_trip: {error}')
