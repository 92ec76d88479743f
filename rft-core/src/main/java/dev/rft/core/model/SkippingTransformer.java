package dev.rft.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.SortedMap;

/** A view on a transformer that runs some of its blocks only. Borrows all it has. */
final class SkippingTransformer implements PolicyModel {

    private final Transformer whole;
    private final int[] layers;

    SkippingTransformer(Transformer whole, int[] layers) {
        this.whole = whole;
        this.layers = layers;
    }

    @Override
    public NDArray logits(TokenBatch batch, int from) {
        return whole.logits(batch, from, layers);
    }

    @Override
    public Decoder decoder() {
        return new CachedDecoder(whole, layers);
    }

    @Override
    public SortedMap<String, NDArray> parameters() {
        return whole.parameters();
    }

    @Override
    public NDManager manager() {
        return whole.manager();
    }

    @Override
    public void close() {
        // The weights belong to the whole model.
    }
}
