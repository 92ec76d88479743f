package dev.rft.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decodes any {@link PolicyModel} by reading the whole sequence again for each token: for models
 * without a cache of their own. A response of {@code n} tokens costs {@code n} forward passes over
 * growing sequences.
 */
public final class RecomputingDecoder implements Decoder {

    private final PolicyModel model;
    private @Nullable TokenBatch read;

    /**
     * Makes a decoder.
     *
     * @param model the model; borrowed
     */
    public RecomputingDecoder(PolicyModel model) {
        this.model = Objects.requireNonNull(model, "model");
    }

    @Override
    public NDArray prefill(TokenBatch prompts) {
        if (read != null) {
            throw new IllegalStateException("prefill: comes once, was called again");
        }
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            return follow(
                    new TokenBatch(
                            prompts.tokens().duplicate(),
                            prompts.positions().duplicate(),
                            prompts.real().duplicate()));
        }
    }

    @Override
    public NDArray next(NDArray tokens) {
        TokenBatch before = read;
        if (before == null) {
            throw new IllegalStateException("next: prefill must come first");
        }
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray last = before.positions().get(":, -1:");
            NDArray real = tokens.getManager().ones(new Shape(before.batch(), 1), DataType.BOOLEAN);
            return follow(
                    new TokenBatch(
                            append(before.tokens(), tokens.expandDims(1)),
                            append(before.positions(), last.add(1)),
                            append(before.real(), real)));
        }
    }

    @Override
    public void close() {
        TokenBatch held = read;
        read = null;
        if (held != null) {
            held.tokens().close();
            held.positions().close();
            held.real().close();
        }
    }

    private NDArray follow(TokenBatch longer) {
        close();
        read = longer;
        for (NDArray array : new NDList(longer.tokens(), longer.positions(), longer.real())) {
            NDScope.unregister(array);
        }
        NDArray logits = model.logits(longer, Math.toIntExact(longer.length()) - 1).squeeze(1);
        NDScope.unregister(logits);
        return logits;
    }

    private static NDArray append(NDArray columns, NDArray column) {
        return NDArrays.concat(new NDList(columns, column), 1);
    }
}
