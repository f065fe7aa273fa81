namespace Slerp.Engine.Quality;

/// <summary>Runs the checks of one answer, one after another on a worker thread, and waits no longer than the gate's limit.</summary>
/// <remarks>
/// A check that hangs is abandoned, never waited for; those after it are not asked. Until it ends it is not asked again: a segment has timed out at once,
/// a whole answer is judged without it. So no more threads hang than there are checks, and answers at once. One that throws is a verdict.
/// </remarks>
internal sealed class CheckPanel
{
    private readonly IQualityCheck[] _checks;
    private readonly QualityScope _scope;
    private readonly TimeSpan _timeLimit;
    private readonly TimeProvider _time;
    private readonly HungChecks _hung;

    /// <param name="gate">The checks, and how long they may take.</param>
    /// <param name="scope">Which of them are run.</param>
    /// <param name="time">The clock.</param>
    /// <param name="hung">Those that hang.</param>
    public CheckPanel(QualityGate gate, QualityScope scope, TimeProvider time, HungChecks hung)
    {
        (_scope, _timeLimit, _time, _hung) = (scope, gate.TimeLimit, time, hung);
        _checks = [.. gate.Checks.Where(check => ScopeOf(check) == scope)];
        NeedsPrompt = QualityGate.Needs(_checks, static check => check.NeedsPrompt);
    }

    /// <summary>Whether a gate has checks of a scope.</summary>
    public static bool Has(QualityGate gate, QualityScope scope) => gate.Checks.Any(check => ScopeOf(check) == scope);

    /// <summary>Whether somebody has to see the prompt.</summary>
    public bool NeedsPrompt { get; }

    /// <summary>Whether there is nobody to ask.</summary>
    public bool IsEmpty => _checks.Length == 0;

    /// <summary>One verdict for each check, up to one that hangs.</summary>
    /// <param name="context">What is known besides the text.</param>
    /// <param name="text">The answer so far.</param>
    /// <param name="tokens">What the model thought of it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<Verdict>> JudgeAsync(
        QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens, CancellationToken cancellationToken)
    {
        if (IsEmpty)
        {
            return [];
        }

        var asked = Array.FindAll(_checks, check => !_hung.Contains(check));
        if (asked.Length < _checks.Length && _scope != QualityScope.Answer)
        {
            return [TimedOut(_checks.First(check => !asked.Contains(check)), "an earlier run of it has not ended")];
        }

        var session = new Session(asked, _hung);
        var work = Task.Run(() => session.Run(context, text, tokens), CancellationToken.None);
        try
        {
            // A busy thread pool is not the check's fault.
            await session.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
            await work.WaitAsync(_timeLimit, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return session.Abandon(_timeLimit);
        }
        catch (OperationCanceledException)
        {
            session.Abandon(_timeLimit);
            throw;
        }

        return session.Verdicts;
    }

    private static Verdict TimedOut(IQualityCheck check, string reason) =>
        new() { Check = NameOf(check), Scope = ScopeOf(check), Kind = VerdictKind.TimedOut, Reason = reason };

    // A check is foreign code to its names: one that cannot tell its scope is asked, and fails, with the first segment.
    private static QualityScope ScopeOf(IQualityCheck check)
    {
        try
        {
            return check.Scope;
        }
#pragma warning disable CA1031 // What it throws is told as its verdict when it is asked.
        catch (Exception)
#pragma warning restore CA1031
        {
            return QualityScope.Segment;
        }
    }

    private static string NameOf(IQualityCheck check)
    {
        try
        {
            return check.Name ?? check.GetType().Name;
        }
#pragma warning disable CA1031 // A name that throws is no name; the type has one.
        catch (Exception)
#pragma warning restore CA1031
        {
            return check.GetType().Name;
        }
    }

    private sealed class Session(IQualityCheck[] all, HungChecks hung)
    {
        private readonly Lock _lock = new();
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<Verdict> _verdicts = new(all.Length);
        private bool _isRunning;
        private bool _isAbandoned;

        public IReadOnlyList<Verdict> Verdicts => _verdicts;

        /// <summary>Ends when the first check is about to be asked.</summary>
        public Task Started => _started.Task;

        public void Run(QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens)
        {
            lock (_lock)
            {
                if (_isAbandoned)
                {
                    return;
                }

                _isRunning = true;
            }

            _started.SetResult();
            foreach (var check in all)
            {
                var verdict = Ask(check, context, text, tokens) with { Check = NameOf(check), Scope = ScopeOf(check) };
                lock (_lock)
                {
                    if (_isAbandoned)
                    {
                        hung.Remove(check);
                        return;
                    }

                    _verdicts.Add(verdict);
                }
            }
        }

        public List<Verdict> Abandon(TimeSpan limit)
        {
            lock (_lock)
            {
                _isAbandoned = true;
                if (_verdicts.Count < all.Length)
                {
                    if (_isRunning)
                    {
                        hung.Add(all[_verdicts.Count]);
                    }

                    _verdicts.Add(TimedOut(all[_verdicts.Count], $"no answer within {limit.TotalMilliseconds:N0} ms"));
                }

                return _verdicts;
            }
        }

        private static Verdict Ask(IQualityCheck check, QualityContext context, string text, ReadOnlyMemory<TokenStatistics> tokens)
        {
            try
            {
                _ = (check.Name, check.Scope);
                return check.Evaluate(context, text, tokens) ?? new Verdict { Kind = VerdictKind.Threw, Reason = "it returned null" };
            }
#pragma warning disable CA1031 // A check is foreign code: whatever it throws is its verdict.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                return new Verdict { Kind = VerdictKind.Threw, Reason = failure.GetType().Name };
            }
        }
    }
}
