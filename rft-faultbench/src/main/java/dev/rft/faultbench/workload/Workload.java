package dev.rft.faultbench.workload;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A task and how it is trained.
 *
 * @param id the name in files and options
 * @param task the task
 * @param critic whether a critic gives the advantages (PPO) instead of the group (GRPO)
 * @param learningRate the policy's learning rate; positive
 */
public record Workload(String id, Task task, boolean critic, double learningRate) {

    private static final double USUAL_RATE = 5e-4;

    private static final String PPO = "-ppo";

    private static final List<String> IDS =
            List.of("addition", "addition-ppo", "points", "calculator", "lookup", "lookup-ppo");

    /** Checks that nothing is missing. */
    public Workload {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(task, "task");
        if (!(learningRate > 0 && Double.isFinite(learningRate))) {
            throw new IllegalArgumentException(
                    "learningRate: must be positive and finite, was " + learningRate);
        }
    }

    /**
     * Makes a workload with the usual learning rate.
     *
     * @param id the name in files and options
     * @param task the task
     * @param critic whether a critic gives the advantages (PPO) instead of the group (GRPO)
     */
    public Workload(String id, Task task, boolean critic) {
        this(id, task, critic, USUAL_RATE);
    }

    /** Returns the names of all workloads. */
    public static List<String> ids() {
        return IDS;
    }

    /**
     * Makes a workload.
     *
     * @param id its name
     * @return the workload, or empty when there is none of that name
     */
    public static Optional<Workload> of(String id) {
        if (!IDS.contains(id)) {
            return Optional.empty();
        }
        boolean critic = id.endsWith(PPO);
        String task = critic ? id.substring(0, id.length() - PPO.length()) : id;
        return Optional.of(new Workload(id, task(task), critic, learningRate(id)));
    }

    /** At the usual rate points unlearns, and two trainings of lookup-ppo end far apart. */
    private static double learningRate(String id) {
        return switch (id) {
            case "points" -> 1e-4;
            case "lookup-ppo" -> 2e-4;
            default -> USUAL_RATE;
        };
    }

    private static Task task(String id) {
        return switch (id) {
            case "addition" -> new Addition(100, 2_000);
            case "points" -> new Points();
            case "calculator" -> ToolTask.calculator();
            default -> ToolTask.lookup();
        };
    }

    /** Tells whether the policy calls tools. */
    public boolean tools() {
        return task.environment().isPresent();
    }
}
