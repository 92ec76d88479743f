package dev.rft.monitor.log;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names of a log: one object for each, however often it is read. Rows mostly have the same
 * names in the same order, so that the name that followed another one the last time is expected
 * again, and is known by comparing its characters alone.
 */
final class Names {

    /** No run has so many; a log that makes up names would fill the memory with them. */
    private static final int MOST_KNOWN = 10_000;

    /** A name. Equal by its text; of one log mostly the same object. */
    static final class Name {
        private final String text;
        private final SerializedString quoted;
        private @Nullable Name next;

        /** The row that had it last, and where. */
        private @Nullable Numbers row;

        private int at;

        private Name(String text) {
            this.text = text;
            this.quoted = new SerializedString(text);
        }

        String text() {
            return text;
        }

        /** Returns the name as it stands in JSON. */
        SerializableString quoted() {
            return quoted;
        }

        /** Returns where a row has it, -1 for nowhere. */
        int in(Numbers numbers) {
            return row == numbers ? at : -1;
        }

        /** Notes that a row has it, behind another name. */
        void put(Numbers numbers, int index, Name before) {
            row = numbers;
            at = index;
            before.next = this;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Name name && text.equals(name.text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private final Map<String, Name> known = new HashMap<>();

    private final Name start = new Name("");
    private @Nullable Numbers newest;

    /** Takes note of a new row, and returns how many names the one before it had. */
    int begin(Numbers row) {
        if (known.size() > MOST_KNOWN) {
            known.clear();
            start.next = null;
        }
        Numbers before = newest;
        newest = row;
        return before == null ? 0 : before.size();
    }

    /** Returns what stands before the first name of a row. */
    Name start() {
        return start;
    }

    /** Returns the name that followed another one the last time; null for none. */
    static @Nullable Name after(Name before) {
        return before.next;
    }

    /** Returns the name of a text. */
    Name of(String text) {
        Name name = known.get(text);
        if (name == null) {
            name = new Name(text);
            known.put(text, name);
        }
        return name;
    }

    /** Returns the name of a text; null when the log did not have it. */
    @Nullable Name known(String text) {
        return known.get(text);
    }
}
