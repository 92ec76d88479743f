package dev.rft.faultbench.score;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** Scores as JSON. A number that does not exist, such as a mean of none, is null. */
final class RepairJson {

    private RepairJson() {}

    static void arm(ObjectNode json, ArmScore score) {
        json.put("harmed", score.recovered().of());
        share(json, "recovered", score.recovered());
        share(json, "recovered_as_oracle", score.recoveredAsOracle());
        share(json, "made_worse", score.worse());
        share(json, "incurable_stopped_rightly", score.stoppedRightly());
        share(json, "curable_stopped", score.stoppedWrongly());
        number(json, "median_gain", score.medianGain());
        number(json, "gap_to_healthy", score.gap());
        number(json, "gap_to_healthy_error", score.gapError());
        number(json, "steps_lost", score.stepsLost());
        number(json, "seconds_lost", score.secondsLost());
        share(json, "unharmed_made_worse", score.unharmedWorse());
        share(json, "benign_made_worse", score.benignWorse());
        share(json, "benign_acted_on", score.benignActedOn());
    }

    static void groups(ObjectNode json, Map<String, List<ArmScore>> groups) {
        groups.forEach(
                (id, scores) -> {
                    ObjectNode of = json.putObject(id);
                    scores.forEach(each -> arm(of.putObject(each.arm()), each));
                });
    }

    static void harm(ObjectNode json, Harm harm) {
        json.put("case", harm.id()).put("workload", harm.workload()).put("seeds", harm.seeds());
        json.put("verdict", harm.verdict());
        share(json, "harmed", harm.harmed());
        share(json, "seen", harm.seen());
        number(json, "healthy", harm.healthy());
        number(json, "alone", harm.alone());
        number(json, "loss", harm.loss());
        number(json, "loss_error_items", harm.itemError());
        number(json, "loss_error_seeds", harm.seedError());
        ObjectNode arms = json.putObject("arms");
        harm.arms().forEach(arms::put);
    }

    static void share(ObjectNode json, String name, Share share) {
        json.put(name, share.hits());
        ObjectNode interval = json.putObject(name + "_share");
        interval.put("of", share.of());
        number(interval, "value", share.value());
        number(interval, "low", share.low());
        number(interval, "high", share.high());
    }

    private static void number(ObjectNode json, String name, double value) {
        if (Double.isFinite(value)) {
            json.put(name, value);
        } else {
            json.putNull(name);
        }
    }
}
