package dev.rft.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.core.testing.EngineExtension;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EvaluationTest {

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    @Test
    void accuracy_ofMorePromptsThanAChunk_isTheMeanOverAll() {
        List<Prompt> prompts = new ArrayList<>(Collections.nCopies(1000, TinyTask.PROMPTS.get(0)));
        prompts.addAll(Collections.nCopies(500, TinyTask.PROMPTS.get(1)));
        Evaluation evaluation =
                new Evaluation(
                        TinyTask.TOKENIZER,
                        prompts,
                        (prompt, response) -> prompt.answer().equals("1") ? 1 : 0,
                        1);

        assertThat(evaluation.accuracy(new TinyTask(engine.manager()).model))
                .isEqualTo(500 / 1500.0);
    }

    @Test
    void accuracy_measuredTwice_isTheSame() {
        TinyTask task = new TinyTask(engine.manager());
        Evaluation evaluation =
                new Evaluation(TinyTask.TOKENIZER, TinyTask.PROMPTS, TinyTask.UNEVEN, 3);

        assertThat(evaluation.accuracy(task.model)).isEqualTo(evaluation.accuracy(task.model));
    }

    @Test
    void constructor_withoutPromptsOrTokens_isRefused() {
        assertThatThrownBy(() -> new Evaluation(TinyTask.TOKENIZER, List.of(), TinyTask.UNEVEN, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("prompts: must be at least one");
        assertThatThrownBy(
                        () ->
                                new Evaluation(
                                        TinyTask.TOKENIZER, TinyTask.PROMPTS, TinyTask.UNEVEN, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxTokens: must be >= 1, was 0");
    }
}
