package dev.rft.faultbench.bench;

import dev.rft.faultbench.fault.Fault;
import dev.rft.faultbench.fault.Injection;
import dev.rft.faultbench.fault.Strength;
import dev.rft.faultbench.workload.Workload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/** Which runs there are: said before any of them is run, and a function of the seed alone. */
public enum Plan {
    /** A few obvious faults on one workload: minutes. */
    QUICK(90, false),
    /**
     * Every fault at both strengths and every benign change on every workload; the arms beside the
     * library's on two of them.
     */
    BALANCED(140, true),
    /**
     * The same in longer runs, every fault from the first step on as well, for as many seeds as
     * there is time for.
     */
    FULL(240, true);

    private static final int TRANSIENT = 10;

    /**
     * Where the arms that only show what the library is worth are run, too: one with a critic and
     * one with tools.
     */
    private static final List<String> WITH_ALL_ARMS = List.of("addition-ppo", "lookup");

    /** An update, a reward and a sampler that were never sound. */
    private static final List<Fault> FROM_THE_FIRST_STEP =
            List.of(Fault.LR_SPIKE, Fault.REWARD_ZERO, Fault.SHORT_RESPONSE);

    private final int steps;
    private final boolean everything;

    Plan(int steps, boolean everything) {
        this.steps = steps;
        this.everything = everything;
    }

    /** Returns the name in options: {@code quick}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Finds a plan by its name.
     *
     * @param name the name
     * @return the plan, or empty when there is none of that name
     */
    public static Optional<Plan> of(String name) {
        return Arrays.stream(values()).filter(plan -> plan.toString().equals(name)).findFirst();
    }

    /** Returns the workloads of this plan. */
    public List<String> workloads() {
        return everything ? Workload.ids() : List.of("addition");
    }

    /** Returns one unit of this plan: a workload from a seed. */
    Unit unit(String workload, long seed, List<Arm> arms) {
        Workload of = Workload.of(workload).orElseThrow();
        // The same seed strikes every workload at other steps.
        SplittableRandom random = new SplittableRandom(seed * 31 + workload.hashCode());
        List<BenchCase> cases = new ArrayList<>();
        for (Fault fault : faults(of)) {
            for (Strength strength : Strength.values()) {
                int onset = onset(random);
                if (everything || strength == Strength.EASY) {
                    cases.add(single(fault, strength, onset));
                }
            }
        }
        for (Benign benign : benign(of)) {
            cases.add(
                    new BenchCase(
                            benign.toString(), List.of(), Optional.of(benign), onset(random)));
        }
        if (everything) {
            cases.addAll(special(of, random));
        }
        List<Arm> tended =
                arms.stream()
                        .filter(arm -> this != BALANCED || arm.everywhere() || all(workload))
                        .toList();
        return new Unit(workload, seed, steps, cases, tended);
    }

    private static boolean all(String workload) {
        return WITH_ALL_ARMS.contains(workload);
    }

    private List<Fault> faults(Workload workload) {
        if (!everything) {
            return List.of(Fault.LR_SPIKE, Fault.REWARD_ZERO, Fault.REPETITION, Fault.NAN_GRADIENT);
        }
        return Arrays.stream(Fault.values())
                .filter(fault -> fault != Fault.NONE && !fault.endsTheRun())
                .filter(fault -> workload.tools() || !fault.needsTools())
                .filter(fault -> workload.critic() || !fault.needsCritic())
                .toList();
    }

    private List<Benign> benign(Workload workload) {
        if (!everything) {
            return List.of(Benign.LR_HALVED);
        }
        return Arrays.stream(Benign.values())
                .filter(
                        benign ->
                                benign != Benign.HARDER_PROMPTS
                                        || workload.task().harderPrompts().isPresent())
                .filter(benign -> benign != Benign.TASK_SOLVED)
                .toList();
    }

    /** Faults from the first step on, transient ones, two at once, and what ends a run. */
    private List<BenchCase> special(Workload workload, SplittableRandom random) {
        List<BenchCase> cases = new ArrayList<>();
        for (Fault fault : this == FULL ? faults(workload) : FROM_THE_FIRST_STEP) {
            cases.add(
                    new BenchCase(
                            fault.id() + "-easy-from-1",
                            List.of(new Injection(fault, Strength.EASY, 1, lasts(fault))),
                            Optional.empty(),
                            1));
        }
        for (Fault fault : List.of(Fault.LR_SPIKE, Fault.REWARD_ZERO)) {
            int onset = onset(random);
            cases.add(
                    new BenchCase(
                            fault.id() + "-easy-transient",
                            List.of(new Injection(fault, Strength.EASY, onset, TRANSIENT)),
                            Optional.empty(),
                            onset));
        }
        int onset = onset(random);
        cases.add(
                new BenchCase(
                        "reward-inflated-repetition",
                        List.of(
                                Injection.of(Fault.REWARD_INFLATED, onset),
                                Injection.of(Fault.REPETITION, onset)),
                        Optional.empty(),
                        onset));
        cases.addAll(ended(random));
        return cases;
    }

    /** What came later stands last: the onsets of the others do not move. */
    private static List<BenchCase> ended(SplittableRandom random) {
        List<BenchCase> cases = new ArrayList<>();
        for (Fault fault : List.of(Fault.HANG, Fault.PROCESS_DEATH)) {
            for (Strength strength : Strength.values()) {
                int drawn = onset(random);
                // Amid two snapshots: which one is the newest is no matter of the disk's speed.
                cases.add(
                        single(
                                fault,
                                strength,
                                fault == Fault.PROCESS_DEATH ? drawn / 10 * 10 + 6 : drawn));
            }
        }
        cases.add(
                new BenchCase(
                        Benign.TASK_SOLVED.toString(),
                        List.of(),
                        Optional.of(Benign.TASK_SOLVED),
                        onset(random)));
        return cases;
    }

    private static BenchCase single(Fault fault, Strength strength, int onset) {
        Injection injection = new Injection(fault, strength, onset, lasts(fault));
        return new BenchCase(
                fault.id() + "-" + strength, List.of(injection), Optional.empty(), onset);
    }

    /** What time alone cures is over after a while. */
    private static long lasts(Fault fault) {
        return fault == Fault.VERIFIER_OUTAGE ? 2 * TRANSIENT : Injection.UNTIL_CURED;
    }

    private static int onset(SplittableRandom random) {
        return random.nextInt(45, 76);
    }
}
