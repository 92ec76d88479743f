package dev.rft.monitor.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.log.Names.Name;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a trainer's names mean: the table {@code names.json}, which {@code docs/logs.md} shows. A
 * name that is not in the table is a signal of that name. Where two names of a row mean one signal,
 * the one that the table has first is it, and the other stays what it is called.
 */
final class SignalNames {

    /** No run has so many; a log that makes up names would fill the memory with them. */
    private static final int MOST_KNOWN = 10_000;

    /** What every second step has, or an evaluation, makes rows of a few kinds. */
    private static final int RECENT = 4;

    private static final String LEFT_OUT = "-";

    /**
     * An entry of the table.
     *
     * @param name the trainer's name; {@code *} stands for any text
     * @param signal what it is; empty when it stays what it is called, a dash when it is left out
     * @param absentWhenNan whether NaN there says that nothing was measured
     * @param note what a reader of the table should know
     */
    record Entry(String name, String signal, boolean absentWhenNan, String note) {
        Entry {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(signal, "signal");
            Objects.requireNonNull(note, "note");
        }
    }

    private record Meaning(Signal signal, int rank, boolean absentWhenNan, boolean leftOut) {}

    private record Wildcard(Pattern pattern, Entry entry, int rank) {}

    /** How rows of the same names are translated: the signals, and where in the row each stands. */
    private record Translation(List<Name> names, List<Signal> signals, List<Integer> from) {

        @SuppressWarnings("ReferenceEquality") // a name is nearly always the same object
        boolean isOf(Numbers row) {
            if (row.size() != names.size()) {
                return false;
            }
            for (int i = 0; i < row.size(); i++) {
                if (names.get(i) != row.name(i)) {
                    return false;
                }
            }
            return true;
        }
    }

    private final Map<String, Meaning> known = new HashMap<>();
    private final List<Wildcard> wildcards = new ArrayList<>();
    private final String prefix;
    private final ArrayDeque<Translation> recent = new ArrayDeque<>();

    private SignalNames(List<Entry> entries, String prefix) {
        this.prefix = prefix;
        for (int rank = 0; rank < entries.size(); rank++) {
            Entry entry = entries.get(rank);
            if (entry.name().contains("*")) {
                String quoted = "\\Q" + entry.name().replace("*", "\\E.+\\Q") + "\\E";
                wildcards.add(new Wildcard(Pattern.compile(quoted), entry, rank));
            } else {
                known.put(entry.name(), meaning(entry.name(), entry, rank));
            }
        }
    }

    /**
     * Returns the table of a format.
     *
     * @param format the format
     */
    static SignalNames of(LogFormat format) {
        Map<String, List<Entry>> table = table();
        if (format == LogFormat.RFT) {
            return new SignalNames(List.of(), "");
        }
        if (format != LogFormat.TENSORBOARD && format != LogFormat.RFT_FAULTBENCH) {
            return new SignalNames(table.getOrDefault(format.id(), List.of()), "");
        }
        // Whoever trains may write these, under the names that it has elsewhere.
        List<Entry> all = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (List<Entry> entries : table.values()) {
            entries.stream().filter(entry -> seen.add(entry.name())).forEach(all::add);
        }
        return new SignalNames(all, "train/");
    }

    /** Reads the table: entries in order of rank, by format. */
    static Map<String, List<Entry>> table() {
        try (InputStream in =
                Objects.requireNonNull(
                        SignalNames.class.getResourceAsStream("names.json"), "names.json")) {
            Map<String, List<Entry>> table = new TreeMap<>();
            for (Map.Entry<String, JsonNode> format :
                    new ObjectMapper().readTree(in).properties()) {
                List<Entry> entries = new ArrayList<>();
                for (JsonNode entry : format.getValue()) {
                    entries.add(
                            new Entry(
                                    entry.path("name").asText(),
                                    entry.path("signal").asText(),
                                    entry.path("nan").asText().equals("absent"),
                                    entry.path("note").asText()));
                }
                table.put(format.getKey(), entries);
            }
            return table;
        } catch (IOException broken) {
            throw new UncheckedIOException("names.json: cannot be read", broken);
        }
    }

    /**
     * Translates a row.
     *
     * @param row numbers by the trainer's names
     * @return numbers by signal, in the order of their names
     */
    Map<Signal, Double> translate(Numbers row) {
        Translation translation = translation(row);
        Map<Signal, Double> signals = new LinkedHashMap<>(2 * row.size());
        for (int i = 0; i < translation.signals().size(); i++) {
            signals.put(translation.signals().get(i), row.value(translation.from().get(i)));
        }
        return signals;
    }

    /** Rows have the same names over and over, which therefore need not be looked up again. */
    private Translation translation(Numbers row) {
        BitSet absent = absent(row);
        if (!absent.isEmpty()) {
            return translated(row, absent);
        }
        for (Translation known : recent) {
            if (known.isOf(row)) {
                return known;
            }
        }
        Translation made = translated(row, absent);
        if (recent.size() == RECENT) {
            recent.removeFirst();
        }
        recent.addLast(made);
        return made;
    }

    private BitSet absent(Numbers row) {
        BitSet absent = new BitSet();
        for (int i = 0; i < row.size(); i++) {
            if (Double.isNaN(row.value(i)) && meaning(row.name(i).text()).absentWhenNan()) {
                absent.set(i);
            }
        }
        return absent;
    }

    private Translation translated(Numbers row, BitSet absent) {
        Map<Signal, Integer> signals = new TreeMap<>();
        Map<Signal, String> named = new HashMap<>();
        List<Name> names = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            String name = row.name(i).text();
            names.add(row.name(i));
            Meaning meaning = meaning(name);
            if (meaning.leftOut() || absent.get(i)) {
                continue;
            }
            String other = named.get(meaning.signal());
            if (other == null) {
                named.put(meaning.signal(), name);
                signals.put(meaning.signal(), i);
            } else if (meaning(other).rank() <= meaning.rank()) {
                signals.putIfAbsent(Signals.named(name), i);
            } else {
                signals.putIfAbsent(
                        Signals.named(other),
                        Objects.requireNonNull(signals.get(meaning.signal())));
                named.put(meaning.signal(), name);
                signals.put(meaning.signal(), i);
            }
        }
        return new Translation(
                List.copyOf(names), List.copyOf(signals.keySet()), List.copyOf(signals.values()));
    }

    private Meaning meaning(String name) {
        Meaning meaning = known.get(name);
        if (meaning == null) {
            String bare = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
            meaning = known.get(bare);
            if (meaning == null) {
                meaning = unlisted(bare);
            }
            if (known.size() < MOST_KNOWN) {
                known.put(name, meaning);
            }
        }
        return meaning;
    }

    private Meaning unlisted(String name) {
        for (Wildcard wildcard : wildcards) {
            if (wildcard.pattern().matcher(name).matches()) {
                return meaning(name, wildcard.entry(), wildcard.rank());
            }
        }
        String nonBlank = name.isBlank() ? "unnamed" : name;
        return new Meaning(Signals.named(nonBlank), Integer.MAX_VALUE, false, false);
    }

    private static Meaning meaning(String name, Entry entry, int rank) {
        String signal = entry.signal().isEmpty() ? name : entry.signal();
        return new Meaning(
                Signals.named(signal), rank, entry.absentWhenNan(), signal.equals(LEFT_OUT));
    }
}
