package dev.rft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {

    private static final List<String> NAMES =
            List.of("reward.mean", "reward.std", "entropy", "kl.reference", "grad.norm");

    @Test
    void of_slipsOfTheHand_findTheName() {
        assertThat(Nearest.of("rewrad.mean", NAMES)).containsExactly("reward.mean");
        assertThat(Nearest.of("Entropy", NAMES)).containsExactly("entropy");
        assertThat(Nearest.of("grad_norm", NAMES)).containsExactly("grad.norm");
    }

    @Test
    void of_partOfAName_findsAllThatHoldIt_nearestFirst() {
        assertThat(Nearest.of("reward", NAMES)).containsExactly("reward.std", "reward.mean");
    }

    @Test
    void of_somethingElse_findsNothing() {
        assertThat(Nearest.of("queue.depth", NAMES)).isEmpty();
        assertThat(Nearest.of("", NAMES)).isEmpty();
        assertThat(Nearest.of("x", List.of())).isEmpty();
    }

    @Test
    void of_manyNames_areThreeAtMost() {
        assertThat(Nearest.of("step1", List.of("step2", "step3", "step4", "step5")))
                .containsExactly("step2", "step3", "step4");
    }
}
