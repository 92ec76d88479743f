package dev.rft.faultbench.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.faultbench.workload.LiveRun;
import java.util.BitSet;
import java.util.HexFormat;

/** What a policy can do, as the results have it. */
final class Measured {

    private Measured() {}

    /**
     * Measures a run's policy.
     *
     * @param run the run; nothing of it changes
     * @param result receives the accuracy, and which items were right: bit i of the bytes, lowest
     *     first, is item i
     */
    static void into(LiveRun run, ObjectNode result) {
        BitSet right = run.right();
        int items = run.items();
        result.put("accuracy_final", right.cardinality() / (double) items);
        run.accuracyOutside().ifPresent(outside -> result.put("accuracy_outside", outside));
        result.put("items", items).put("right", HexFormat.of().formatHex(right.toByteArray()));
    }
}
