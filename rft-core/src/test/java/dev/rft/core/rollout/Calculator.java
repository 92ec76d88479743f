package dev.rft.core.rollout;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One addition to be solved with a calculator: a turn that ends in {@code =} calls it, any other is
 * the answer, rewarded with 1 when it is right.
 */
final class Calculator implements Environment {

    private static final Pattern SUM = Pattern.compile("(\\d)\\+(\\d)=");

    private final String answer;

    Calculator(int answer) {
        this.answer = Integer.toString(answer);
    }

    @Override
    public Reply step(String turn) {
        if (!turn.endsWith("=")) {
            return Reply.done(turn.equals(answer) ? 1 : 0);
        }
        Matcher sum = SUM.matcher(turn);
        if (!sum.matches()) {
            return Reply.failed("?");
        }
        int result = Integer.parseInt(sum.group(1)) + Integer.parseInt(sum.group(2));
        return Reply.observed(result + ";");
    }
}
