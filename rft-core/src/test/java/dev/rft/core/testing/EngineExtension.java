package dev.rft.core.testing;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Gives each test a manager of its own, closed after it, with one engine thread (so that sums have
 * one order) and gradient mode off.
 */
public final class EngineExtension implements BeforeEachCallback, AfterEachCallback {

    private NDManager manager;

    @Override
    public void beforeEach(ExtensionContext context) {
        System.setProperty("ai.djl.offline", "true");
        Engine engine = Engine.getInstance();
        JniUtils.setNumThreads(1);
        JniUtils.setGradMode(false);
        manager = engine.newBaseManager();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        JniUtils.setGradMode(false);
        manager.close();
    }

    /** Returns the test's manager. */
    public NDManager manager() {
        return manager;
    }

    /** Makes a float32 matrix from rows of equal length. */
    public NDArray matrix(double[]... rows) {
        float[] values = new float[rows.length * rows[0].length];
        for (int row = 0; row < rows.length; row++) {
            for (int column = 0; column < rows[0].length; column++) {
                values[row * rows[0].length + column] = (float) rows[row][column];
            }
        }
        return manager.create(values, new Shape(rows.length, rows[0].length));
    }

    /** Makes a boolean matrix from rows of equal length, true where the entry is not 0. */
    public NDArray mask(int[]... rows) {
        boolean[] values = new boolean[rows.length * rows[0].length];
        for (int row = 0; row < rows.length; row++) {
            for (int column = 0; column < rows[0].length; column++) {
                values[row * rows[0].length + column] = rows[row][column] != 0;
            }
        }
        return manager.create(values, new Shape(rows.length, rows[0].length));
    }
}
