package dev.rft.cli;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What strikes inside the training process of the demo. */
enum DemoFault {
    LR_SPIKE("lr-spike", "The learning rate was multiplied by 30 inside the optimizer"),
    REWARD_ZERO("reward-zero", "A verifier that scores every response 0 set in"),
    REWARD_INFLATED("reward-inflated", "A verifier that pays far too much set in"),
    NAN_GRADIENT("nan-gradient", "A NaN was written into the gradient"),
    NONE("none", "No fault was injected");

    private final String option;
    private final String sentence;

    DemoFault(String option, String sentence) {
        this.option = option;
        this.sentence = sentence;
    }

    /** Returns the name that the option, the files and the output use. */
    String option() {
        return option;
    }

    /** Returns what happened, as the beginning of a sentence: the step follows it. */
    String sentence() {
        return sentence;
    }

    static DemoFault named(String option) {
        return Arrays.stream(values())
                .filter(fault -> fault.option.equals(option))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "must be one of " + options() + ", was '" + option + "'"));
    }

    private static String options() {
        return Arrays.stream(values()).map(DemoFault::option).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return option;
    }
}
