package dev.rft.faultbench.bench;

import dev.rft.api.control.TrainingLoop;
import dev.rft.recovery.RecoveryAction;
import dev.rft.recovery.RecoveryPolicies;
import dev.rft.recovery.RecoveryPolicy;
import dev.rft.recovery.Supervisor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** What the arms with the library's eyes do about an incident. */
final class Policies {

    private static final String STILL_ILL = "nothing else to try";

    private Policies() {}

    /**
     * Returns the supervisor of an arm: the same whatever strikes.
     *
     * @param loop the loop, on the clock
     * @param clock the watchdog's
     * @param arm who looks after the run
     * @param seed what is random follows from it, and from the case
     * @param what names the case
     * @param runId names the run
     * @param waits told of time in which nothing is executed; nobody sits through it
     */
    static Supervisor supervisor(
            TrainingLoop loop,
            WoundClock clock,
            Arm arm,
            long seed,
            String what,
            String runId,
            LongConsumer waits) {
        return Supervisor.of(clock.timing(loop))
                // Two cases of a seed are two draws.
                .policies(of(arm, new SplittableRandom(seed * 31 + what.hashCode())))
                .runId(runId)
                .watchdog(clock.watchdog())
                .waiting(time -> waits.accept(time.toSeconds()), new SplittableRandom(seed));
    }

    static List<RecoveryPolicy> of(Arm arm, RandomGenerator random) {
        return switch (arm) {
            case SUPERVISED -> RecoveryPolicies.standard();
            case ROLLBACK_ONLY ->
                    List.of((incident, state) -> new RecoveryAction.Rollback(incident.onset(), 1));
            case LR_CUT -> List.of((incident, state) -> new RecoveryAction.ScaleLearningRate(0.5));
            case RANDOM -> List.of((incident, state) -> any(incident.onset(), random));
            case NONE, ORACLE ->
                    throw new IllegalArgumentException(arm + ": is not driven by a supervisor");
        };
    }

    private static RecoveryAction any(long onset, RandomGenerator random) {
        List<Function<Long, RecoveryAction>> actions =
                Stream.<Function<Long, RecoveryAction>>of(
                                at -> new RecoveryAction.Continue(),
                                at -> new RecoveryAction.ScaleLearningRate(0.5),
                                at -> new RecoveryAction.ScaleLearningRate(2),
                                at -> new RecoveryAction.Rollback(at, 1),
                                at -> new RecoveryAction.ResetOptimizer(),
                                RecoveryAction.Restart::new,
                                at -> new RecoveryAction.Halt(STILL_ILL))
                        .toList();
        return actions.get(random.nextInt(actions.size())).apply(onset);
    }
}
