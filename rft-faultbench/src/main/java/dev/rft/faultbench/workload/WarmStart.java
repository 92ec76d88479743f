package dev.rft.faultbench.workload;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import dev.rft.api.signal.StepKey;
import dev.rft.core.model.Transformer;
import dev.rft.core.model.TransformerConfig;
import dev.rft.core.optim.AdamW;
import dev.rft.core.train.Prompt;
import dev.rft.core.train.Randomness;
import dev.rft.core.train.Randomness.Purpose;
import dev.rft.core.train.SupervisedTrainer;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;

/**
 * Weights after a short supervised training: good enough that some responses are right, so that
 * policy optimization has something to improve. It ends when the mean loss of the last {@value
 * #RECENT} updates is below the task's {@link Task#warmLoss}. A function of the seed.
 */
public final class WarmStart {

    /** Updates that the supervised training makes at least. */
    public static final int LEAST_STEPS = 160;

    private static final int MOST_STEPS = 3_000;
    private static final int RECENT = 20;

    private static final NDIndex ALL = new NDIndex("...");
    private static final int BATCH = 128;
    private static final int RAMP = 20;
    private static final double LEARNING_RATE = 2e-3;

    private final TransformerConfig config;
    private final Map<String, float[]> weights = new TreeMap<>();

    private WarmStart(TransformerConfig config) {
        this.config = config;
    }

    /**
     * Trains.
     *
     * @param manager owns what the training needs, until it is over
     * @param task the task
     * @param seed all randomness follows from it
     * @param progress told after each update how many were made
     * @return the weights
     */
    public static WarmStart train(NDManager manager, Task task, long seed, IntConsumer progress) {
        return train(manager, task, usual(task), seed, progress);
    }

    /**
     * Trains a model of given sizes.
     *
     * @param manager owns what the training needs, until it is over
     * @param task the task
     * @param config the model's sizes
     * @param seed all randomness follows from it
     * @param progress told after each update how many were made
     * @return the weights
     * @throws IllegalStateException when the loss is not low enough after {@value #MOST_STEPS}
     *     updates: a policy that can do nothing has nothing to lose
     */
    public static WarmStart train(
            NDManager manager,
            Task task,
            TransformerConfig config,
            long seed,
            IntConsumer progress) {
        Randomness randomness = new Randomness(seed);
        WarmStart warm = new WarmStart(config);
        JniUtils.setGradMode(false);
        try (Transformer model =
                        new Transformer(
                                manager, config, randomness.of(Purpose.WEIGHTS, StepKey.START));
                AdamW optimizer = new AdamW(manager, model.parameters(), AdamW.Config.defaults())) {
            SupervisedTrainer trainer =
                    new SupervisedTrainer(model, task.tokenizer(), optimizer, 1);
            double[] losses = new double[RECENT];
            for (int step = 1; !enough(step, losses, task); step++) {
                RandomGenerator random = randomness.of(Purpose.WARM_START, new StepKey(0, step, 0));
                List<Prompt> batch = new ArrayList<>(BATCH);
                for (int i = 0; i < BATCH; i++) {
                    Prompt prompt = task.prompts().draw(random);
                    batch.add(new Prompt(prompt.text(), task.demonstration(prompt)));
                }
                losses[step % RECENT] =
                        trainer.step(batch, LEARNING_RATE * Math.min(1.0, (double) step / RAMP));
                progress.accept(step);
            }
            model.parameters().forEach((name, w) -> warm.weights.put(name, w.toFloatArray()));
        }
        return warm;
    }

    /**
     * Writes the weights, for another process.
     *
     * @param file made, or replaced
     * @throws IOException when it cannot be written
     */
    public void write(Path file) throws IOException {
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            out.writeInt(weights.size());
            for (Map.Entry<String, float[]> entry : weights.entrySet()) {
                out.writeUTF(entry.getKey());
                out.writeInt(entry.getValue().length);
                for (float number : entry.getValue()) {
                    out.writeFloat(number);
                }
            }
        }
    }

    /**
     * Reads weights that were written.
     *
     * @param file the file
     * @param task the task that they were trained for, at the usual sizes
     * @return the weights
     * @throws IOException when it cannot be read
     */
    public static WarmStart read(Path file, Task task) throws IOException {
        WarmStart warm = new WarmStart(usual(task));
        try (DataInputStream in =
                new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            for (int left = in.readInt(); left > 0; left--) {
                String name = in.readUTF();
                float[] numbers = new float[in.readInt()];
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = in.readFloat();
                }
                warm.weights.put(name, numbers);
            }
        }
        return warm;
    }

    private static TransformerConfig usual(Task task) {
        return TransformerConfig.tiny(task.tokenizer().vocabulary(), 32);
    }

    /** Some seeds stay on a plateau for longer: what counts is how good the model is, not when. */
    private static boolean enough(int step, double[] losses, Task task) {
        double loss = Arrays.stream(losses).average().orElseThrow();
        boolean good = step > LEAST_STEPS && loss < task.warmLoss();
        if (!good && step > MOST_STEPS) {
            throw new IllegalStateException(
                    String.format(
                            Locale.ROOT,
                            "warm start of %s: the mean loss must fall below %s within %d updates,"
                                    + " was %.3f",
                            task.id(),
                            task.warmLoss(),
                            MOST_STEPS,
                            loss));
        }
        return good;
    }

    /** Returns the sizes of the model. */
    TransformerConfig config() {
        return config;
    }

    /**
     * Makes a model with these weights.
     *
     * @param manager its sub-manager owns the model
     * @return a new model; the caller closes it
     */
    public Transformer model(NDManager manager) {
        JniUtils.setGradMode(false);
        Transformer model =
                new Transformer(
                        manager, config, new Randomness(0).of(Purpose.WEIGHTS, StepKey.START));
        model.parameters().forEach(this::load);
        return model;
    }

    private void load(String name, NDArray parameter) {
        Shape shape = parameter.getShape();
        try (NDArray saved = parameter.getManager().create(weights.get(name), shape)) {
            parameter.set(ALL, saved);
        }
    }
}
