package dev.rft.recovery;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.profile.Profile;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The last observations of the state that the loop is in: a rollback takes the steps with it that
 * it undoes, and so does a step of a later attempt or incarnation that is not after the last one.
 */
final class History {

    private final int capacity;
    private final Optional<Profile> profile;
    private final Deque<Observation> observations = new ArrayDeque<>();

    History(int capacity, List<Observation> earlier, Optional<Profile> profile) {
        this.capacity = capacity;
        this.profile = profile;
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

    /**
     * Returns the observations from before a step; where there are none, as when a failure was
     * there from the first step on, what a profile of healthy runs has instead for the step that
     * the run is in: updates become smaller so fast in the first steps that a later one is no
     * measure.
     */
    List<Observation> before(long step) {
        List<Observation> own = where(observation -> observation.key().step() < step);
        return own.isEmpty() && !observations.isEmpty() && profile.isPresent()
                ? profile.get().reference(observations.getLast().key().step())
                : own;
    }

    List<Observation> since(long step) {
        return where(observation -> observation.key().step() >= step);
    }

    private List<Observation> where(Predicate<Observation> condition) {
        return observations.stream().filter(condition).toList();
    }
}
