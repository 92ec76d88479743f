package dev.rft.examples;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.loss.Loss;
import ai.djl.translate.TranslateException;
import dev.rft.api.control.Knob;
import dev.rft.api.control.LoopSnapshot;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.core.optim.AdamW;
import dev.rft.core.optim.Optimizer;
import dev.rft.core.train.DjlTrainingLoop;
import dev.rft.core.train.EasyTrainListener;
import dev.rft.core.train.EasyTrainListener.Next;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.MonitorState;
import dev.rft.recovery.Decision;
import dev.rft.recovery.Incident;
import dev.rft.recovery.Outcome;
import dev.rft.recovery.RunReport;
import dev.rft.recovery.Session;
import dev.rft.recovery.Supervisor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Supervises the training of a DJL model: {@link #supervise} hands the trainer over, {@link #fit}
 * keeps {@link EasyTrain#fit} and decides in its listener.
 */
public final class DjlTraining {

    private static final int BATCH = 64;
    private static final int EVERY = 10;

    private DjlTraining() {}

    /**
     * Trains under a supervisor, which drives the loop and does all that is to be done.
     *
     * @param data the training data
     * @param steps how many batches
     * @param fault wraps the optimizer: a test breaks it, a program gives it back
     * @return how it went
     */
    public static RunReport supervise(
            ArrayDataset data, int steps, UnaryOperator<Optimizer> fault) {
        try (Model model = model();
                Trainer trainer = trainer(model, new DefaultTrainingConfig(loss()));
                DjlTrainingLoop loop =
                        new DjlTrainingLoop(trainer, data, BATCH, 1, config(fault))) {
            return Supervisor.of(loop)
                    .monitor(Monitor.standard(AlarmBudget.perTenThousandSteps(1)))
                    .run(steps);
        }
    }

    /**
     * Trains with {@code EasyTrain.fit}, whose listener asks a session after each batch.
     *
     * @param data the training data
     * @param epochs how many times over
     * @param fault wraps the optimizer
     * @return the incidents
     * @throws IOException when the data cannot be read
     * @throws TranslateException when the data cannot be read
     */
    public static List<Incident> fit(ArrayDataset data, int epochs, UnaryOperator<Optimizer> fault)
            throws IOException, TranslateException {
        Steering steering = new Steering();
        EasyTrainListener listener = new EasyTrainListener(config(fault), steering);
        DefaultTrainingConfig training =
                new DefaultTrainingConfig(loss())
                        .optOptimizer(listener.optimizer())
                        .addTrainingListeners(listener);
        try (Model model = model();
                Trainer trainer = trainer(model, training)) {
            steering.begin(listener.attach(trainer));
            EasyTrain.fit(trainer, epochs, data, null);
        } catch (EasyTrainListener.TrainingStoppedException e) {
            // The session halted the run: the last incident says why.
        } finally {
            steering.close();
        }
        return steering.session().incidents();
    }

    private static DjlTrainingLoop.Config config(UnaryOperator<Optimizer> fault) {
        return new DjlTrainingLoop.Config(
                "djl",
                0.01,
                1,
                (manager, parameters) ->
                        fault.apply(new AdamW(manager, parameters, AdamW.Config.defaults())),
                DjlTraining::accuracy,
                System::nanoTime);
    }

    /** To the standard detectors, accuracy is what reward is elsewhere. */
    private static Map<Signal, Double> accuracy(NDList labels, NDList predictions) {
        NDArray truth = labels.singletonOrThrow().toType(DataType.INT64, false);
        NDArray correct = predictions.singletonOrThrow().argMax(1).eq(truth);
        double share = correct.toType(DataType.FLOAT32, false).mean().getFloat();
        return Map.of(Signals.REWARD_MEAN, share);
    }

    private static Model model() {
        Model model = Model.newInstance("ring", Device.cpu());
        model.setBlock(
                new SequentialBlock()
                        .add(Linear.builder().setUnits(32).build())
                        .add(Activation::tanh)
                        .add(Linear.builder().setUnits(2).build()));
        return model;
    }

    private static Loss loss() {
        return Loss.softmaxCrossEntropyLoss();
    }

    private static Trainer trainer(Model model, DefaultTrainingConfig config) {
        Trainer trainer = model.newTrainer(config.optDevices(new Device[] {Device.cpu()}));
        trainer.initialize(new Shape(BATCH, 2));
        return trainer;
    }

    /** Keeps snapshots and carries out what a session decides. */
    private static final class Steering implements EasyTrainListener.Steering, AutoCloseable {

        private record Saved(LoopSnapshot loop, MonitorState monitor) {}

        private final Monitor monitor = Monitor.standard(AlarmBudget.perTenThousandSteps(1));
        private final List<Saved> saved = new ArrayList<>();
        private @Nullable Session attached;
        private double rateBefore;

        void begin(TrainingLoop loop) {
            attached =
                    Session.builder()
                            .monitor(monitor)
                            .control(loop::capabilities, loop::knobs, this::newestStepBefore)
                            .build();
            saved.add(new Saved(loop.snapshot(), monitor.save()));
        }

        @Override
        public Next afterStep(TrainingLoop loop, Observation observation) {
            StepKey key = observation.key();
            int discarded = observation.value(Signals.UPDATE_NORM).isPresent() ? 0 : 1;
            Decision decision = session().observe(observation, discarded);
            decision.verified()
                    .filter(attempt -> attempt.outcome() != Outcome.HELPED)
                    .ifPresent(attempt -> loop.setKnob(Knob.LEARNING_RATE, rateBefore));
            if (decision.incident().isEmpty() && key.step() % EVERY == 0) {
                saved.add(new Saved(loop.snapshot(), monitor.save()));
            }
            long onset = decision.incident().map(Incident::onset).orElse(key.step());
            return decision.action()
                    .match(
                            go -> Next.CONTINUE,
                            skip -> goOn(key),
                            mask -> goOn(key),
                            inPlace -> goOn(key),
                            scale -> turn(loop, Knob.LEARNING_RATE, scale.factor(), key),
                            set -> goOn(key),
                            rollback -> {
                                StepKey restored = restore(loop, rollback.onset(), key);
                                return turn(
                                        loop,
                                        Knob.LEARNING_RATE,
                                        rollback.learningRateFactor(),
                                        restored);
                            },
                            reset -> {
                                StepKey restored = restore(loop, onset, key);
                                loop.resetOptimizer();
                                return goOn(restored);
                            },
                            reference -> goOn(key),
                            restart -> goOn(key),
                            pause -> goOn(key),
                            halt -> {
                                restore(loop, onset, key);
                                return Next.STOP;
                            });
        }

        private Next goOn(StepKey after) {
            session().acted(after);
            return Next.CONTINUE;
        }

        private Next turn(TrainingLoop loop, Knob knob, double factor, StepKey after) {
            rateBefore = loop.knobs().getOrDefault(knob, 0.0);
            loop.setKnob(knob, rateBefore * factor);
            return goOn(after);
        }

        private StepKey restore(TrainingLoop loop, long onset, StepKey key) {
            Optional<Saved> newest = newestBefore(onset);
            newest.ifPresent(
                    state -> {
                        loop.restore(state.loop());
                        monitor.restore(state.monitor());
                    });
            return newest.map(state -> key.rolledBackTo(state.loop().key().step())).orElse(key);
        }

        private OptionalLong newestStepBefore(long step) {
            return newestBefore(step).stream().mapToLong(s -> s.loop().key().step()).findFirst();
        }

        /** A snapshot is good once a step after it was sound: the last step may have broken it. */
        private Optional<Saved> newestBefore(long onset) {
            return saved.stream()
                    .filter(state -> state.loop().key().step() < Math.max(1, onset - 1))
                    .max(Comparator.comparingLong(state -> state.loop().key().step()));
        }

        private Session session() {
            Session session = attached;
            if (session == null) {
                throw new IllegalStateException("begin must come first");
            }
            return session;
        }

        @Override
        public void close() {
            saved.forEach(state -> state.loop().close());
        }
    }

    /**
     * Makes points in the plane, half of them inside a ring, one label in ten wrong. They are in no
     * order, so that batches need not be shuffled.
     *
     * @param manager owns the data
     * @param samples how many
     * @param random the source of the points
     * @return the data in batches
     */
    public static ArrayDataset ring(NDManager manager, int samples, RandomGenerator random) {
        float[] points = new float[samples * 2];
        float[] labels = new float[samples];
        for (int i = 0; i < samples; i++) {
            points[2 * i] = (float) random.nextGaussian();
            points[2 * i + 1] = (float) random.nextGaussian();
            boolean inside = Math.hypot(points[2 * i], points[2 * i + 1]) < 1.1774;
            labels[i] = inside == random.nextDouble() < 0.9 ? 1 : 0;
        }
        return new ArrayDataset.Builder()
                .setData(manager.create(points, new Shape(samples, 2)))
                .optLabels(manager.create(labels))
                .setSampling(BATCH, false)
                .build();
    }
}
