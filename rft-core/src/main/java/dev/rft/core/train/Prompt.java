package dev.rft.core.train;

import java.util.Objects;

/**
 * A question and what a correct response is.
 *
 * @param text the question, not empty
 * @param answer the reference answer, for the verifier and the supervised warm start
 */
public record Prompt(String text, String answer) {

    /** Checks that nothing is missing. */
    public Prompt {
        Objects.requireNonNull(answer, "answer");
        if (text.isEmpty()) {
            throw new IllegalArgumentException("prompt text: must not be empty");
        }
    }
}
