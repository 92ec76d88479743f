package dev.rft.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import dev.rft.core.testing.EngineExtension;
import dev.rft.core.testing.GradientOf;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a gradient is computed from lives until it is computed: a garbage collection between the
 * forward and the backward pass changes nothing.
 */
class GradientAfterCollectionTest {

    private static final int ROWS = 6;
    private static final int COLUMNS = 7;
    private static final int OVERWRITTEN = 20_000;

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    private final ObjectiveCase drawn =
            ObjectiveCase.draw(new SplittableRandom(11), ROWS, COLUMNS).withGarbage(0);

    /** Kept, so that what they were laid over stays overwritten. */
    private final List<ByteBuffer> others = new ArrayList<>();

    @ParameterizedTest
    @EnumSource
    void loss_ofEveryObjective_hasTheSameGradient(NamedObjective named) {
        assertSame(
                engine.matrix(drawn.logProb()),
                input -> named.objective.loss(drawn.batch(engine, input, null)));
    }

    @Test
    void loss_withKlAndEntropy_hasTheSameGradient() {
        for (KlEstimator estimator :
                List.of(KlEstimator.K2, KlEstimator.K3, KlEstimator.K3_STRAIGHT_THROUGH)) {
            PolicyObjective objective =
                    PolicyObjective.clipped(0.2, 0.2)
                            .aggregatedBy(Aggregation.SEQUENCE_MEAN_TOKEN_MEAN)
                            .withKl(estimator, 0.01)
                            .withEntropyBonus(0.1);
            assertSame(
                    engine.matrix(drawn.logProb()),
                    input -> objective.loss(drawn.batch(engine, input, null)));
        }
    }

    @Test
    void logProb_atATemperature_hasTheSameGradient() {
        NDArray targets = engine.manager().create(new long[] {2, 0}).reshape(1, 2);
        assertSame(
                engine.manager().create(new float[] {1, 2, 3, -1, 0, 2}).reshape(1, 2, 3),
                logits -> TokenLogProbs.of(logits, targets, 0.7, false).logProb().sum());
    }

    @Test
    void valueLoss_hasTheSameGradient() {
        NDArray old = engine.matrix(drawn.old());
        NDArray returns = engine.matrix(drawn.reference());
        NDArray mask = drawn.batch(engine, engine.matrix(drawn.logProb()), null).mask();
        assertSame(
                engine.matrix(drawn.logProb()),
                values -> ValueLoss.defaults().loss(values, old, returns, mask, drawn.totals()));
    }

    private void assertSame(NDArray input, Function<NDArray, NDArray> loss) {
        GradientOf expected = GradientOf.at(input.duplicate(), loss);
        GradientOf after =
                GradientOf.at(
                        input.duplicate(),
                        given -> {
                            NDArray result = loss.apply(given);
                            collect();
                            return result;
                        });

        assertThat(after.gradient()).containsExactly(expected.gradient());
    }

    /** Frees what nobody holds, and lays something else over it. */
    private void collect() {
        ReferenceQueue<ByteBuffer> freed = new ReferenceQueue<>();
        PhantomReference<ByteBuffer> last =
                new PhantomReference<>(ByteBuffer.allocateDirect(8), freed);
        System.gc();
        try {
            assertThat(freed.remove(60_000)).as("freed by the collection").isSameAs(last);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        for (int i = 0; i < OVERWRITTEN; i++) {
            others.add(ByteBuffer.allocateDirect(8).putDouble(0, 1e30));
        }
    }
}
