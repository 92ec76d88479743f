package dev.rft.faultbench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.core.train.Prompt;
import dev.rft.core.train.PromptOutcome;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SolvedPromptsTest {

    private static final Prompt USUAL = new Prompt("usual", "");
    private static final Prompt SOLVED = new Prompt("solved", "");

    private final SolvedPrompts prompts = new SolvedPrompts(random -> USUAL, List.of(SOLVED), 100);

    @Test
    void draw_isUsualAtFirst_halfHalfway_andSolvedInTheEnd() {
        assertThat(solvedOf(1_000)).isZero();
        learn(50);
        assertThat(solvedOf(1_000)).isBetween(450L, 550L);
        learn(50);
        assertThat(solvedOf(1_000)).isEqualTo(1_000);
        learn(5);
        assertThat(solvedOf(1_000)).isEqualTo(1_000);
    }

    @Test
    void restore_bringsBackWhatWasLearned_andTheBeginning() {
        learn(30);
        TreeMap<String, String> state = new TreeMap<>(prompts.state());
        learn(70);
        prompts.restore(state);
        assertThat(prompts.state()).isEqualTo(state).isEqualTo(Map.of("groups", "30"));

        prompts.restore(new TreeMap<>());
        assertThat(prompts.state()).isEmpty();
    }

    @Test
    void restore_whatItNeverWrote_isRefused_andChangesNothing() {
        learn(3);
        for (String wrong : List.of("101", "-1", "many", "99999999999")) {
            assertThatThrownBy(() -> prompts.restore(new TreeMap<>(Map.of("groups", wrong))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(wrong);
        }
        assertThatThrownBy(
                        () -> prompts.restore(new TreeMap<>(Map.of("other", "1", "groups", "1"))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(prompts.state()).isEqualTo(Map.of("groups", "3"));
    }

    @Test
    void new_withoutASolvedPrompt_isRefused() {
        assertThatThrownBy(() -> new SolvedPrompts(random -> USUAL, List.of(), 100))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private void learn(int groups) {
        for (int i = 0; i < groups; i++) {
            prompts.learn(new PromptOutcome(USUAL, List.of(0.0, 1.0), 0));
        }
    }

    private long solvedOf(int draws) {
        SplittableRandom random = new SplittableRandom(1);
        return IntStream.range(0, draws)
                .filter(draw -> prompts.draw(random).equals(SOLVED))
                .count();
    }
}
