package dev.rft.monitor.log;

import dev.rft.monitor.log.Names.Name;
import java.util.Arrays;
import java.util.HashSet;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a row by name, in the order in which the log has them, each name once. A row is
 * complete before the next one of the same names is begun.
 */
final class Numbers {

    private final Names of;
    private Name last;
    private Name[] names;
    private double[] values;
    private int size;

    /**
     * Begins a row.
     *
     * @param of the names of its log
     */
    Numbers(Names of) {
        this.of = of;
        this.last = of.start();
        int usual = Math.max(1, of.begin(this));
        this.names = new Name[usual];
        this.values = new double[usual];
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    Name name(int index) {
        return names[index];
    }

    double value(int index) {
        return values[index];
    }

    /** Returns the name that comes next if this row is like those before; null for none. */
    @Nullable Name expected() {
        return Names.after(last);
    }

    /** Sets the number of a name; one that is there is replaced. */
    void put(String name, double value) {
        put(of.of(name), value);
    }

    /** Sets the number of a name of the same log; one that is there is replaced. */
    void put(Name name, double value) {
        int at = name.in(this);
        if (at >= 0) {
            values[at] = value;
            return;
        }
        name.put(this, size, last);
        last = name;
        append(name, value);
    }

    private void append(Name name, double value) {
        if (size == names.length) {
            names = Arrays.copyOf(names, 2 * size);
            values = Arrays.copyOf(values, 2 * size);
        }
        names[size] = name;
        values[size] = value;
        size++;
    }

    /** Tells whether this row, the newest of its log, has a number of a name. */
    boolean has(String name) {
        return at(name) >= 0;
    }

    private int at(String name) {
        Name known = of.known(name);
        return known == null ? -1 : known.in(this);
    }

    /** Takes a number out of this row, the newest of its log, which is complete otherwise. */
    OptionalDouble remove(String name) {
        int at = at(name);
        if (at < 0) {
            return OptionalDouble.empty();
        }
        double value = values[at];
        size--;
        System.arraycopy(names, at + 1, names, at, size - at);
        System.arraycopy(values, at + 1, values, at, size - at);
        return OptionalDouble.of(value);
    }

    /**
     * Puts rows that are parts of one step together; of a name that several have the first counts.
     */
    static final class Sum {
        private final Numbers all;
        private final Set<Name> present = new HashSet<>();

        Sum(Numbers first) {
            all = new Numbers(first.of);
            add(first);
        }

        void add(Numbers row) {
            for (int i = 0; i < row.size; i++) {
                if (present.add(row.names[i])) {
                    all.append(row.names[i], row.values[i]);
                }
            }
        }

        Numbers all() {
            return all;
        }
    }

    /** Equal for rows of the same names and numbers, as that of a map is. */
    int contentHash() {
        int hash = 0;
        for (int i = 0; i < size; i++) {
            hash += names[i].hashCode() ^ Double.hashCode(values[i]);
        }
        return hash;
    }
}
