package dev.rft.benchmarks;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Notes when the calls of an object begin and end. Thread-safe. */
final class TimedCalls implements InvocationHandler {

    /** A stretch of time by {@link System#nanoTime}. */
    record Span(long begin, long end) {

        long nanos() {
            return end - begin;
        }

        /** Returns what lies between this one and a later one. */
        Span until(Span later) {
            long from = end;
            long to = later.begin;
            return new Span(from, to);
        }

        /** Returns how long both lasted at once. */
        long shared(Span other) {
            return Math.max(0, Math.min(end, other.end) - Math.max(begin, other.begin));
        }
    }

    private final Object timed;
    private final Map<String, List<Span>> spans = new HashMap<>();

    /**
     * Makes one.
     *
     * @param timed gets the calls of every {@link #as} of this
     */
    TimedCalls(Object timed) {
        this.timed = timed;
    }

    /** Returns the object as one of the interfaces that it implements. */
    <T> T as(Class<T> type) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, this));
    }

    /** Returns the calls of a method that have returned. */
    synchronized List<Span> of(String method) {
        return List.copyOf(spans.getOrDefault(method, List.of()));
    }

    /** Returns what lasts from the begin of each call of a method to the end of one of another. */
    List<Span> from(String first, String last) {
        List<Span> begins = of(first);
        List<Span> ends = of(last);
        List<Span> all = new ArrayList<>();
        for (int i = 0; i < ends.size(); i++) {
            all.add(new Span(begins.get(i).begin(), ends.get(i).end()));
        }
        return all;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        long begin = System.nanoTime();
        Object result;
        try {
            result = method.invoke(timed, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        Span span = new Span(begin, System.nanoTime());
        synchronized (this) {
            spans.computeIfAbsent(method.getName(), name -> new ArrayList<>()).add(span);
        }
        return result;
    }
}
