package dev.rft.testkit;

import dev.rft.api.control.Knob;
import dev.rft.api.control.StateFormat;
import dev.rft.api.control.StepLoop;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;

/** A loop made of functions keeps the contract, with all that it can be given and with nothing. */
class StepLoopContractTest {

    /** A random walk: the smallest program that learns something. */
    private static final class Walk {
        private double position;
        private double rate = 0.1;

        Observation step(StepKey key) {
            double noise = new SplittableRandom(key.step() * 31 + key.attempt()).nextDouble();
            position += rate * noise;
            return Observation.of(
                    key, Map.of(Signals.REWARD_MEAN, position, Signals.LEARNING_RATE, rate));
        }
    }

    @Nested
    class Whole implements TrainingLoopContract {
        private final IdentityHashMap<TrainingLoop, Walk> walks = new IdentityHashMap<>();

        @Override
        public TrainingLoop loop() {
            Walk mine = new Walk();
            StepLoop loop =
                    TrainingLoop.ofSteps(mine::step)
                            .withSnapshots(() -> mine.position, p -> mine.position = p, 8)
                            .withKnob(Knob.LEARNING_RATE, () -> mine.rate, r -> mine.rate = r)
                            .withRestart(() -> {});
            walks.put(loop, mine);
            return loop;
        }

        @Override
        public Object state(TrainingLoop loop) {
            return walks.get(loop).position;
        }
    }

    /** A position as eight bytes. */
    private static final class Eight implements StateFormat<Double> {
        @Override
        public void write(Double copy, OutputStream out) throws IOException {
            DataOutputStream data = new DataOutputStream(out);
            data.writeDouble(copy);
            data.flush();
        }

        @Override
        public Double read(InputStream in) throws IOException {
            return new DataInputStream(in).readDouble();
        }
    }

    @Nested
    class Kept implements TrainingLoopContract {
        private final IdentityHashMap<TrainingLoop, Walk> walks = new IdentityHashMap<>();

        @Override
        public TrainingLoop loop() {
            Walk mine = new Walk();
            StepLoop loop =
                    TrainingLoop.ofSteps(mine::step)
                            .withSnapshots(
                                    () -> mine.position, p -> mine.position = p, 8, new Eight())
                            .withKnob(Knob.LEARNING_RATE, () -> mine.rate, r -> mine.rate = r);
            walks.put(loop, mine);
            return loop;
        }

        @Override
        public Object state(TrainingLoop loop) {
            return walks.get(loop).position;
        }
    }

    @Nested
    class Bare implements TrainingLoopContract {
        private final IdentityHashMap<TrainingLoop, Walk> walks = new IdentityHashMap<>();

        @Override
        public TrainingLoop loop() {
            Walk mine = new Walk();
            StepLoop loop = TrainingLoop.ofSteps(mine::step);
            walks.put(loop, mine);
            return loop;
        }

        @Override
        public Object state(TrainingLoop loop) {
            return walks.get(loop).position;
        }
    }
}
