package dev.rft.core.train;

import java.util.random.RandomGenerator;

/**
 * Where training prompts come from. It keeps no cursor: what it draws follows from the randomness
 * it is given, so that a resumed run neither repeats nor skips data.
 */
@FunctionalInterface
public interface PromptSource {

    /**
     * Draws a prompt.
     *
     * @param random the only source of randomness
     * @return the prompt
     */
    Prompt draw(RandomGenerator random);
}
