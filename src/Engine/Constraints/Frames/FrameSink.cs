namespace Slerp.Engine.Constraints.Frames;

/// <summary>Collects the readings of one step: distinct, and bounded in number. Reused between steps by one owner.</summary>
internal sealed class FrameSink(int limit)
{
    private readonly List<Frame> _frames = [];

    public int Count => _frames.Count;

    public Frame this[int index] => _frames[index];

    public void Add(Frame frame)
    {
        foreach (var known in _frames)
        {
            if (known.Equals(frame))
            {
                return;
            }
        }

        if (_frames.Count >= limit)
        {
            throw new ConstraintException(
                ConstraintFailure.LimitExceeded,
                "",
                null,
                $"the text so far can be read in more than {limit:N0} ways; make the alternatives differ earlier.");
        }

        _frames.Add(frame);
    }

    public void Clear() => _frames.Clear();

    public Frame[] ToArray() => [.. _frames];
}
