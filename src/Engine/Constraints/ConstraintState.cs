using Slerp.Engine.Constraints.Frames;

namespace Slerp.Engine.Constraints;

/// <summary>Where a constrained text stands: every reading of it that can still be completed. An immutable value; forking is sharing.</summary>
internal sealed class ConstraintState : IEquatable<ConstraintState>
{
    private readonly Frame[] _readings;
    private readonly int _hash;

    /// <param name="readings">The top frames, distinct.</param>
    /// <param name="hasEnded">Whether the end token has been taken.</param>
    public ConstraintState(Frame[] readings, bool hasEnded = false)
    {
        _readings = readings;
        HasEnded = hasEnded;
        var hash = hasEnded ? 1 : 0;
        foreach (var reading in readings)
        {
            hash = HashCode.Combine(hash, reading);
        }

        _hash = hash;
    }

    /// <summary>After the end token: nothing but end tokens may follow.</summary>
    public static ConstraintState Ended { get; } = new([], hasEnded: true);

    public IReadOnlyList<Frame> Readings => _readings;

    public bool HasEnded { get; }

    /// <summary>Whether the text may end here.</summary>
    public bool IsComplete => HasEnded || Array.Exists(_readings, reading => reading.CanEnd);

    /// <summary>Whether any text may follow here: no form is being kept.</summary>
    public bool IsFreeText => Array.Exists(_readings, static reading => reading.IsFreeText);

    /// <summary>Symbols read last that may turn out to begin what is bound to a form.</summary>
    public int TriggerLength => _readings.Length == 0 ? 0 : _readings.Max(static reading => reading.TriggerLength);

    /// <summary>The state after one symbol, or null where it is not allowed.</summary>
    public ConstraintState? Next(int symbol, FrameSink scratch)
    {
        scratch.Clear();
        foreach (var reading in _readings)
        {
            reading.Step(symbol, scratch);
        }

        return scratch.Count == 0 ? null : new ConstraintState(scratch.ToArray());
    }

    /// <summary>Symbols that complete the text: the fewest any reading finds.</summary>
    public IReadOnlyList<int> Completion()
    {
        List<int>? best = null;
        foreach (var reading in _readings)
        {
            var symbols = new List<int>();
            if (!reading.CanEnd)
            {
                reading.Complete(symbols);
            }

            best = best is null || symbols.Count < best.Count ? symbols : best;
        }

        return best ?? [];
    }

    /// <summary>A state with the same next tokens, if tokens have at most <paramref name="horizon"/> bytes; the same one for as many states as is cheap to tell.</summary>
    public ConstraintState ForMask(int horizon)
    {
        Frame[]? changed = null;
        for (var index = 0; index < _readings.Length; index++)
        {
            var reading = _readings[index].ForMask(horizon);
            if (!ReferenceEquals(reading, _readings[index]))
            {
                changed ??= [.. _readings];
                changed[index] = reading;
            }
        }

        return changed is null ? this : new ConstraintState(changed, HasEnded);
    }

    public bool Equals(ConstraintState? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && HasEnded == other.HasEnded && _readings.AsSpan().SequenceEqual(other._readings));

    public override bool Equals(object? obj) => Equals(obj as ConstraintState);

    public override int GetHashCode() => _hash;
}
