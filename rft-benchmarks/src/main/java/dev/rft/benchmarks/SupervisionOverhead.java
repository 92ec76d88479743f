package dev.rft.benchmarks;

import ai.djl.ndarray.NDManager;
import dev.rft.api.control.LoopSnapshot;
import dev.rft.api.signal.StepKey;
import dev.rft.core.model.Transformer;
import dev.rft.core.optim.AdamW;
import dev.rft.core.policy.Advantages;
import dev.rft.core.policy.Aggregation;
import dev.rft.core.policy.PolicyObjective;
import dev.rft.core.rollout.Sampling;
import dev.rft.core.rollout.Tokenizer;
import dev.rft.core.train.PolicyTrainer;
import dev.rft.core.train.PolicyTrainerConfig;
import dev.rft.core.train.PolicyTrainerParts;
import dev.rft.core.train.Prompt;
import dev.rft.recovery.RunReport;
import dev.rft.recovery.Supervisor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A whole GRPO step with and without supervision, in turn, from the same state and with the same
 * random numbers: the defaults, which are the standard monitor and a snapshot every 10 steps.
 */
final class SupervisionOverhead {

    private SupervisionOverhead() {}

    static void measure(Sizes size, int threads, int steps, int rounds) {
        try (NDManager manager = Engines.start(threads);
                Transformer model =
                        new Transformer(manager, size.config(), new SplittableRandom(1));
                AdamW adam = new AdamW(manager, model.parameters(), AdamW.Config.defaults());
                PolicyTrainer trainer = trainer(size, model, adam);
                LoopSnapshot start = trainer.snapshot()) {
            // Classes are loaded and compiled before anything is timed, on both sides.
            bare(trainer, start, Math.min(steps, 5));
            supervised(trainer, start, Math.min(steps, 5));
            List<Seconds> bare = new ArrayList<>();
            List<Seconds> supervised = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                // The order alternates, so that a drift of the machine's speed cancels.
                if (round % 2 == 0) {
                    bare.add(bare(trainer, start, steps));
                    supervised.add(supervised(trainer, start, steps));
                } else {
                    supervised.add(supervised(trainer, start, steps));
                    bare.add(bare(trainer, start, steps));
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "%d rounds of %d steps, snapshot %.1f MB%n",
                    rounds,
                    steps,
                    start.bytes() / 1e6);
            report("wall", Seconds::wall, bare, supervised, steps);
            report("CPU", Seconds::cpu, bare, supervised, steps);
        }
    }

    private static void report(
            String name,
            ToDoubleFunction<Seconds> of,
            List<Seconds> bare,
            List<Seconds> supervised,
            int steps) {
        double[] shares = new double[bare.size()];
        Arrays.setAll(
                shares,
                i -> of.applyAsDouble(supervised.get(i)) / of.applyAsDouble(bare.get(i)) - 1);
        System.out.printf(
                Locale.ROOT,
                "%s: bare %.3f ms, supervised %.3f ms per step, overhead %+.2f %%%n",
                name,
                median(bare.stream().mapToDouble(of).toArray()) * 1e3 / steps,
                median(supervised.stream().mapToDouble(of).toArray()) * 1e3 / steps,
                median(shares) * 100);
    }

    /** Duration and CPU time of the process. */
    private record Seconds(double wall, double cpu) {}

    private record Span(long wall, long cpu) {
        static Span begin() {
            return new Span(System.nanoTime(), CpuTime.nanos());
        }

        Seconds end() {
            return new Seconds((System.nanoTime() - wall) * 1e-9, (CpuTime.nanos() - cpu) * 1e-9);
        }
    }

    private static Seconds bare(PolicyTrainer trainer, LoopSnapshot start, int steps) {
        trainer.restore(start);
        Span span = Span.begin();
        for (StepKey key = StepKey.START.next(); key.step() <= steps; key = key.next()) {
            trainer.step(key);
        }
        return span.end();
    }

    private static Seconds supervised(PolicyTrainer trainer, LoopSnapshot start, int steps) {
        trainer.restore(start);
        Span span = Span.begin();
        RunReport report = Supervisor.of(trainer).run(steps);
        Seconds seconds = span.end();
        if (report.executedSteps() != steps) {
            throw new IllegalStateException("run: must execute " + steps + " steps, was " + report);
        }
        return seconds;
    }

    static PolicyTrainer trainer(Sizes size, Transformer model, AdamW adam) {
        int vocabulary = size.config().vocabulary();
        String prompt =
                IntStream.range(0, size.prompt())
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(" "));
        return new PolicyTrainer(
                new PolicyTrainerParts(
                        model,
                        null,
                        new Numbered(vocabulary),
                        random -> new Prompt(prompt + " " + random.nextInt(4, 10), ""),
                        () -> (asked, response) -> (response.hashCode() & 15) / 15.0,
                        Advantages.grpo(),
                        PolicyObjective.clipped(0.2, 0.2)
                                .aggregatedBy(Aggregation.SEQUENCE_MEAN_TOKEN_MEAN),
                        adam,
                        null),
                new PolicyTrainerConfig(
                        1, size.rows() / 4, 4, 1, new Sampling(size.response(), 1), 1e-5, 1, 0),
                "overhead",
                System::nanoTime);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Tokens are numbers in words: {@code 2 17 5}. */
    private record Numbered(int vocabulary) implements Tokenizer {
        @Override
        public int[] encode(String text) {
            return Arrays.stream(text.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
        }

        @Override
        public String decode(int[] tokens) {
            return Arrays.toString(tokens);
        }

        @Override
        public int endOfSequence() {
            return 1;
        }

        @Override
        public int padding() {
            return 0;
        }
    }
}
