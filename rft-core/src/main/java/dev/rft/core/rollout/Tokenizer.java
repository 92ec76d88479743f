package dev.rft.core.rollout;

/** Maps text to tokens and back. */
public interface Tokenizer {

    /** Returns the number of tokens. */
    int vocabulary();

    /**
     * Returns the token that fills up short sequences. A policy may sample it all the same: it then
     * counts as a token of the response and is left out of its text.
     */
    int padding();

    /** Returns the token that ends a response. */
    int endOfSequence();

    /**
     * Encodes text, without any special token.
     *
     * @param text the text
     * @return its tokens
     * @throws IllegalArgumentException when the text holds something that has no token
     */
    int[] encode(String text);

    /**
     * Decodes tokens; special tokens are left out.
     *
     * @param tokens the tokens
     * @return the text
     */
    String decode(int[] tokens);
}
