package io.fleetfit.deploy.e2e;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.Location;
import com.sun.jdi.Method;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import com.sun.jdi.connect.ListeningConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Stops a Java process where a test wants it: at the end of one method, as often as it is run through, with all threads
 * standing still. So a test can kill a process between two steps without a trace of that in the process's own code.
 */
final class Debugger implements AutoCloseable {
    private final ListeningConnector connector;
    private final Map<String, Connector.Argument> arguments;
    private final String address;
    private final CountDownLatch reached = new CountDownLatch(1);
    private volatile @Nullable VirtualMachine machine;

    private Debugger(ListeningConnector connector, Map<String, Connector.Argument> arguments, String address) {
        this.connector = connector;
        this.arguments = arguments;
        this.address = address;
    }

    /** Waits for one process that is started with {@link #option}. */
    static Debugger listen() {
        ListeningConnector connector = Bootstrap.virtualMachineManager().listeningConnectors().stream()
                .filter(candidate -> candidate.transport().name().equals("dt_socket"))
                .findFirst()
                .orElseThrow();
        Map<String, Connector.Argument> arguments = connector.defaultArguments();
        argument(arguments, "port", "0");
        argument(arguments, "localAddress", "127.0.0.1");
        try {
            return new Debugger(connector, arguments, connector.startListening(arguments));
        } catch (IOException | IllegalConnectorArgumentsException e) {
            throw new IllegalStateException("cannot listen for a process to debug", e);
        }
    }

    private static void argument(Map<String, Connector.Argument> arguments, String name, String value) {
        Connector.Argument argument = arguments.get(name);
        if (argument != null) {
            argument.setValue(value);
        }
    }

    /** The option that makes a JVM come to this debugger; it stands still until {@link #stopAtEndOf} is called. */
    String option() {
        String port = address.substring(address.lastIndexOf(':') + 1);
        return "-agentlib:jdwp=transport=dt_socket,server=n,suspend=y,address=127.0.0.1:" + port;
    }

    /**
     * Lets the process run, and stops it for good at the first end of {@code method} at which {@code here} is true.
     *
     * @param here called while the process stands still
     */
    void stopAtEndOf(String className, String method, BooleanSupplier here) {
        VirtualMachine attached;
        try {
            attached = connector.accept(arguments);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalConnectorArgumentsException e) {
            throw new IllegalStateException(e);
        }
        machine = attached;
        ClassPrepareRequest prepared = attached.eventRequestManager().createClassPrepareRequest();
        prepared.addClassFilter(className);
        prepared.setSuspendPolicy(EventRequest.SUSPEND_ALL);
        prepared.enable();
        Thread thread = new Thread(() -> run(attached, method, here), "debugger");
        thread.setDaemon(true);
        thread.start();
    }

    private void run(VirtualMachine attached, String method, BooleanSupplier here) {
        try {
            while (true) {
                EventSet events = attached.eventQueue().remove();
                boolean stop = false;
                for (Event event : events) {
                    if (event instanceof ClassPrepareEvent prepared) {
                        breakAtEnd(attached, prepared.referenceType(), method);
                    }
                    stop |= event instanceof BreakpointEvent && here.getAsBoolean();
                }
                if (stop) {
                    reached.countDown();
                    return;
                }
                events.resume();
            }
        } catch (VMDisconnectedException e) {
            // The process ended before it came there; awaitStop tells.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The last instruction of a method without a result is its return. */
    private static void breakAtEnd(VirtualMachine attached, ReferenceType type, String name) {
        for (Method method : type.methodsByName(name)) {
            Location end = method.locationOfCodeIndex(method.bytecodes().length - 1);
            attached.eventRequestManager().createBreakpointRequest(end).enable();
        }
    }

    /** Waits until the process stands still; whether it does. */
    boolean awaitStop(int seconds) {
        try {
            return reached.await(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        try {
            VirtualMachine attached = machine;
            if (attached != null) {
                attached.dispose();
            }
        } catch (VMDisconnectedException e) {
            // The process is gone already.
        }
        try {
            connector.stopListening(arguments);
        } catch (IOException | IllegalConnectorArgumentsException e) {
            throw new IllegalStateException("cannot stop listening", e);
        }
    }
}
