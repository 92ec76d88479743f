package dev.rft.monitor.log;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The lines of OpenRLHF's console: {@code ... Global step n: {'name': value, ...}}. */
final class OpenRlhfLines implements LineFormat {

    private static final String STEP = "Global step ";

    private final Names names = new Names();

    @Override
    public @Nullable Row row(LineSource line) throws BrokenLineException {
        String text = ConsoleText.plain(line);
        int begin = text.indexOf(STEP);
        int brace = begin < 0 ? -1 : text.indexOf(": {", begin);
        if (brace < 0) {
            return null;
        }
        String number = text.substring(begin + STEP.length(), brace);
        OptionalLong step = JsonNumbers.step(number);
        if (step.isEmpty()) {
            throw new BrokenLineException("must have a step, has '" + number + "'");
        }
        Numbers values = new Numbers(names);
        ConsoleText.dictionary(text, brace + 2, values);
        return Row.of(line.line(), step, values);
    }
}
