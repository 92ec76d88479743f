package dev.rft.faultbench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.core.train.Prompt;
import dev.rft.core.train.RewardFunction;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AdditionTest {

    private final Addition task = new Addition(12, 30);

    @Test
    void split_ofAllPairs_isDisjointAndCoversThem() {
        Set<Prompt> all = new HashSet<>(task.train());
        all.addAll(task.heldOut());

        assertThat(task.train()).hasSize(12 * 12 - 30).doesNotHaveDuplicates();
        assertThat(task.heldOut()).hasSize(30).doesNotHaveDuplicates();
        assertThat(task.train()).doesNotContainAnyElementsOf(task.heldOut());
        assertThat(all).hasSize(12 * 12);
    }

    @Test
    void split_madeTwice_isTheSame() {
        Addition again = new Addition(12, 30);

        assertThat(again.heldOut()).isEqualTo(task.heldOut());
        assertThat(again.train()).isEqualTo(task.train());
    }

    @Test
    void answers_readBackwards_areTheSums() {
        Set<String> pairs = new HashSet<>();
        for (List<Prompt> half : List.of(task.train(), task.heldOut())) {
            for (Prompt prompt : half) {
                String[] numbers = prompt.text().split("[+=]", 3);
                int a = backwards(numbers[0]);
                int b = backwards(numbers[1]);
                assertThat(prompt.text()).isEqualTo(numbers[0] + "+" + numbers[1] + "=");
                assertThat(backwards(prompt.answer())).isEqualTo(a + b);
                pairs.add(a + " " + b);
            }
        }

        assertThat(pairs).hasSize(12 * 12);
    }

    @Test
    void prompts_ofALargeBound_haveEachNumberBackwards() {
        Addition large = new Addition(100, 1);

        assertThat(large.train()).hasSize(9_999);
        assertThat(
                        List.of(new Prompt("74+58=", "231"), new Prompt("5+0=", "5")).stream()
                                .filter(
                                        prompt ->
                                                large.train().contains(prompt)
                                                        || large.heldOut().contains(prompt)))
                .hasSize(2);
    }

    @Test
    void prompts_drawn_areTrainingPairsOfEveryKind() {
        SplittableRandom random = new SplittableRandom(1);
        Set<Prompt> drawn = new HashSet<>();
        for (int i = 0; i < 3_000; i++) {
            drawn.add(task.prompts().draw(random));
        }

        assertThat(drawn).isEqualTo(new HashSet<>(task.train()));
    }

    @Test
    void tokenizer_ofTheTask_readsEveryPromptAndAnswer() {
        for (Prompt prompt : task.train()) {
            String text = prompt.text() + prompt.answer();
            assertThat(task.tokenizer().decode(task.tokenizer().encode(text))).isEqualTo(text);
        }
    }

    @Test
    void verifier_ofAResponse_givesOneForTheExactSumOnly() {
        RewardFunction verifier = task.verifier();
        Prompt prompt = new Prompt("74+58=", "231");

        assertThat(verifier.score(prompt, "231")).isEqualTo(1);
        for (String wrong : List.of("132", "23", "2310", "", "231=", "0231")) {
            assertThat(verifier.score(prompt, wrong)).as(wrong).isZero();
        }
    }

    @Test
    void maxTokens_leavesRoomForTheLongestSumItsEndAndOneMore() {
        assertThat(task.maxTokens()).isEqualTo(2 + 2);
        assertThat(new Addition(100, 1).maxTokens()).isEqualTo(3 + 2);
        assertThat(new Addition(2, 1).maxTokens()).isEqualTo(1 + 2);
    }

    @Test
    void constructor_withSizesThatDoNotFit_isRefused() {
        for (int[] bad : new int[][] {{1, 1}, {5, 0}, {5, 25}}) {
            assertThatThrownBy(() -> new Addition(bad[0], bad[1]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("were " + bad[0] + ", " + bad[1]);
        }
    }

    private static int backwards(String digits) {
        return Integer.parseInt(new StringBuilder(digits).reverse().toString());
    }
}
