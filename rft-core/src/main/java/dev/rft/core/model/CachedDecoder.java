package dev.rft.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.jspecify.annotations.Nullable;

/** Decodes with a key/value cache, so that each token costs one column. */
final class CachedDecoder implements Decoder {

    private final Transformer model;
    private final int[] layers;
    private final KeyValueCache cache;
    private @Nullable NDArray positions;
    private @Nullable NDArray real;
    private @Nullable NDArray one;

    CachedDecoder(Transformer model, int[] layers) {
        this.model = model;
        this.layers = layers;
        this.cache = new KeyValueCache(model.config().layers());
    }

    @Override
    public NDArray prefill(TokenBatch prompts) {
        if (positions != null) {
            throw new IllegalStateException("prefill: comes once, was called again");
        }
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray states =
                    model.forward(
                            prompts.tokens(),
                            prompts.positions(),
                            model.causalMask(prompts),
                            layers,
                            cache);
            cache.advance();
            NDIndex last = new NDIndex(":, {}", prompts.length() - 1);
            positions = keep(prompts.positions().get(last).duplicate());
            real = keep(prompts.real().duplicate());
            one =
                    keep(
                            prompts.real()
                                    .getManager()
                                    .ones(new Shape(prompts.batch(), 1), DataType.BOOLEAN));
            return keep(model.project(states.get(last)));
        }
    }

    @Override
    public NDArray next(NDArray tokens) {
        NDArray seen = real;
        NDArray before = positions;
        NDArray column = one;
        if (seen == null || before == null || column == null) {
            throw new IllegalStateException("next: prefill must come first");
        }
        model.checkLength(seen.getShape().get(1) + 1);
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            positions = keep(before.add(1));
            real = keep(NDArrays.concat(new NDList(seen, column), 1));
            before.close();
            seen.close();
            NDArray states =
                    model.forward(
                            tokens.expandDims(1),
                            positions.expandDims(1),
                            model.keyMask(real),
                            layers,
                            cache);
            cache.advance();
            return keep(model.project(states.squeeze(1)));
        }
    }

    @Override
    public void close() {
        cache.close();
        for (NDArray held : new NDArray[] {positions, real, one}) {
            if (held != null) {
                held.close();
            }
        }
        positions = null;
        real = null;
        one = null;
    }

    private static NDArray keep(NDArray array) {
        NDScope.unregister(array);
        return array;
    }
}
