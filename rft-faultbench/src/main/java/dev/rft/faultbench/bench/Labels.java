package dev.rft.faultbench.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.faultbench.fault.Injection;

/**
 * The truth about a run, in the layout that {@code rft evaluate} reads. Lies beside what the
 * process wrote and is never shown to a detector.
 */
final class Labels {

    private Labels() {}

    static ObjectNode healthy(Unit unit) {
        ObjectNode label = common(unit, unit.name());
        label.put("fault", "none").put("family", "none").put("strength", "none");
        label.putNull("onset_step").putNull("end_step");
        label.putNull("benign_change").putNull("change_step");
        label.putArray("faults");
        return label;
    }

    static ObjectNode of(Unit unit, BenchCase of) {
        ObjectNode label = common(unit, unit.run(of));
        if (of.faulty()) {
            Injection first = of.injections().get(0);
            label.put("fault", first.fault().cause().id());
            label.put("family", first.fault().cause().family());
            label.put("strength", first.strength().toString());
            label.put("onset_step", first.onset());
            label.put("end_step", end(first, unit));
            label.putNull("benign_change").putNull("change_step");
        } else {
            label.put("fault", "none").put("family", "none").put("strength", "none");
            label.putNull("onset_step").putNull("end_step");
            label.put("benign_change", of.benign().orElseThrow().toString());
            label.put("change_step", of.onset());
        }
        ArrayNode faults = label.putArray("faults");
        for (Injection injection : of.injections()) {
            faults.addObject()
                    .put("name", injection.fault().cause().id())
                    .put("injected", injection.fault().id())
                    .put("strength", injection.strength().toString())
                    .put("magnitude", injection.fault().magnitude(injection.strength()))
                    .put("cure", injection.fault().cure().toString())
                    .put("onset", injection.onset())
                    .put("end", end(injection, unit));
        }
        return label;
    }

    private static long end(Injection injection, Unit unit) {
        return injection.lasts() == Injection.UNTIL_CURED
                ? unit.steps()
                : Math.min(unit.steps(), injection.onset() + injection.lasts() - 1);
    }

    private static ObjectNode common(Unit unit, String run) {
        return RunFiles.object()
                .put("bench_version", FaultBench.VERSION)
                .put("run_id", run)
                .put("task", unit.workload())
                .put("seed", unit.seed())
                .put("steps", unit.steps());
    }
}
