package dev.rft.core.rollout;

import java.util.HashMap;
import java.util.Map;

/** One token per character of a fixed alphabet, after padding (0) and end of sequence (1). */
public final class CharTokenizer implements Tokenizer {

    private static final int SPECIAL = 2;

    private final String alphabet;
    private final Map<Character, Integer> index = new HashMap<>();

    /**
     * Makes a tokenizer.
     *
     * @param alphabet the characters, each once
     * @throws IllegalArgumentException when the alphabet is empty or repeats a character
     */
    public CharTokenizer(String alphabet) {
        if (alphabet.isEmpty()) {
            throw new IllegalArgumentException("alphabet: must not be empty");
        }
        this.alphabet = alphabet;
        for (int i = 0; i < alphabet.length(); i++) {
            if (index.put(alphabet.charAt(i), i + SPECIAL) != null) {
                throw new IllegalArgumentException(
                        "alphabet: must hold each character once, repeats '"
                                + alphabet.charAt(i)
                                + "'");
            }
        }
    }

    @Override
    public int vocabulary() {
        return alphabet.length() + SPECIAL;
    }

    @Override
    public int padding() {
        return 0;
    }

    @Override
    public int endOfSequence() {
        return 1;
    }

    @Override
    public int[] encode(String text) {
        int[] tokens = new int[text.length()];
        for (int i = 0; i < tokens.length; i++) {
            Integer token = index.get(text.charAt(i));
            if (token == null) {
                throw new IllegalArgumentException(
                        "text: must hold only characters of \""
                                + alphabet
                                + "\", holds '"
                                + text.charAt(i)
                                + "'");
            }
            tokens[i] = token;
        }
        return tokens;
    }

    @Override
    public String decode(int[] tokens) {
        StringBuilder text = new StringBuilder(tokens.length);
        for (int token : tokens) {
            if (token < 0 || token >= vocabulary()) {
                throw new IllegalArgumentException(
                        "token: must be in [0, " + vocabulary() + "), was " + token);
            }
            if (token >= SPECIAL) {
                text.append(alphabet.charAt(token - SPECIAL));
            }
        }
        return text.toString();
    }
}
