package dev.rft.core.rollout;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.rft.core.model.Decoder;
import dev.rft.core.model.PolicyModel;
import dev.rft.core.model.TokenBatch;
import java.util.SortedMap;
import java.util.TreeMap;

/** A policy whose distribution depends on the response column and the row alone. */
final class ScriptedModel implements PolicyModel {

    /** Gives the logits of a column and row. */
    interface Script {
        double[] logits(int column, int row);
    }

    private final NDManager manager;
    private final Script script;
    private int opened;
    private int closed;

    ScriptedModel(NDManager manager, Script script) {
        this.manager = manager;
        this.script = script;
    }

    @Override
    public NDArray logits(TokenBatch batch, int from) {
        throw new UnsupportedOperationException("only decodes");
    }

    @Override
    public Decoder decoder() {
        opened++;
        return new Decoder() {
            private int column;

            @Override
            public NDArray prefill(TokenBatch prompts) {
                return next(prompts.tokens());
            }

            @Override
            public NDArray next(NDArray tokens) {
                int rows = (int) tokens.getShape().get(0);
                int width = script.logits(0, 0).length;
                float[] values = new float[rows * width];
                for (int row = 0; row < rows; row++) {
                    double[] logits = script.logits(column, row);
                    for (int i = 0; i < width; i++) {
                        values[row * width + i] = (float) logits[i];
                    }
                }
                column++;
                return manager.create(values, new Shape(rows, width));
            }

            @Override
            public void close() {
                closed++;
            }
        };
    }

    /** Returns whether every decoder was closed. */
    boolean allClosed() {
        return opened == closed;
    }

    @Override
    public SortedMap<String, NDArray> parameters() {
        return new TreeMap<>();
    }

    @Override
    public NDManager manager() {
        return manager;
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException("borrows its manager");
    }
}
