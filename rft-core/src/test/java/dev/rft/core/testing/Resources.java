package dev.rft.core.testing;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDManager;
import java.lang.reflect.Field;
import java.util.Map;

/**
 * Counts what a manager holds. The engine shows its arrays only, and not those of its sub-managers:
 * hence the reflection.
 */
public final class Resources {

    private Resources() {}

    /**
     * Returns the number of arrays and sub-managers of a manager, those of its sub-managers
     * included.
     */
    public static int held(NDManager manager) {
        try {
            Field field = BaseNDManager.class.getDeclaredField("resources");
            field.setAccessible(true);
            int held = 0;
            for (Object resource : ((Map<?, ?>) field.get(manager)).values()) {
                held += resource instanceof NDManager inner ? 1 + held(inner) : 1;
            }
            return held;
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the engine's manager has changed", e);
        }
    }
}
