package dev.rft.recovery;

import dev.rft.api.signal.Observation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/**
 * The last observations of the state that the loop is in: a rollback takes the steps with it that
 * it undoes, and so does a step of a later attempt or incarnation that is not after the last one.
 */
final class History {

    private final int capacity;
    private final Deque<Observation> observations = new ArrayDeque<>();

    History(int capacity, List<Observation> earlier) {
        this.capacity = capacity;
        earlier.forEach(this::add);
    }

    void add(Observation observation) {
        Observation last = observations.peekLast();
        if (last != null
                && observation.key().step() <= last.key().step()
                && observation.key().compareTo(last.key()) > 0) {
            rewindTo(observation.key().step() - 1);
        }
        if (observations.size() == capacity) {
            observations.removeFirst();
        }
        observations.addLast(observation);
    }

    void rewindTo(long step) {
        observations.removeIf(observation -> observation.key().step() > step);
    }

    List<Observation> all() {
        return List.copyOf(observations);
    }

    List<Observation> before(long step) {
        return where(observation -> observation.key().step() < step);
    }

    List<Observation> since(long step) {
        return where(observation -> observation.key().step() >= step);
    }

    private List<Observation> where(Predicate<Observation> condition) {
        return observations.stream().filter(condition).toList();
    }
}
