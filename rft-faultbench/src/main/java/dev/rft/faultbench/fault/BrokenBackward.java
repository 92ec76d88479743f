package dev.rft.faultbench.fault;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.rft.core.model.Decoder;
import dev.rft.core.model.PolicyModel;
import dev.rft.core.model.TokenBatch;
import java.util.SortedMap;
import java.util.function.BooleanSupplier;

/** A model whose outputs are right and whose gradient is NaN. */
final class BrokenBackward implements PolicyModel {

    private final PolicyModel honest;
    private final BooleanSupplier broken;

    BrokenBackward(PolicyModel honest, BooleanSupplier broken) {
        this.honest = honest;
        this.broken = broken;
    }

    @Override
    public NDArray logits(TokenBatch batch, int from) {
        NDArray logits = honest.logits(batch, from);
        return broken.getAsBoolean() ? FaultInjector.withNanGradient(logits) : logits;
    }

    @Override
    public Decoder decoder() {
        return honest.decoder();
    }

    @Override
    public SortedMap<String, NDArray> parameters() {
        return honest.parameters();
    }

    @Override
    public NDManager manager() {
        return honest.manager();
    }

    @Override
    public void close() {
        honest.close();
    }
}
