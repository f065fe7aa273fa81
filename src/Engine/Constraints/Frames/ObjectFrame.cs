using Slerp.Engine.Constraints.Shapes;

namespace Slerp.Engine.Constraints.Frames;

/// <summary>Inside an object, between properties.</summary>
internal sealed class ObjectFrame : Frame
{
    private readonly ContainerPhase _phase;
    private readonly int _whitespace;

    public ObjectFrame(ObjectShape shape, SchemaLimits limits, int depth, Frame parent)
        : this(shape, limits, depth, SeenKeys.None, shape.RequiredCount, ContainerPhase.Open, 0, parent)
    {
    }

    private ObjectFrame(ObjectShape shape, SchemaLimits limits, int depth, SeenKeys seen, int missing, ContainerPhase phase, int whitespace, Frame parent)
        : base(parent, HashCode.Combine(7, shape, depth, seen, phase, whitespace))
    {
        Shape = shape;
        Limits = limits;
        Depth = depth;
        Seen = seen;
        Missing = missing;
        _phase = phase;
        _whitespace = whitespace;
    }

    public ObjectShape Shape { get; }

    public SchemaLimits Limits { get; }

    public int Depth { get; }

    public SeenKeys Seen { get; }

    /// <summary>Required properties that have not been seen.</summary>
    public int Missing { get; }

    private bool CanClose => _phase is not ContainerPhase.AfterComma && Missing == 0 && Seen.Count >= Shape.Least;

    public override void Step(int symbol, FrameSink into)
    {
        switch (symbol)
        {
            case '}':
                if (CanClose)
                {
                    Parent.Resume(into);
                }

                break;
            case ',':
                if (_phase is ContainerPhase.AfterMember && (_whitespace == 0 || Limits.Spelling is JsonSpelling.Every) && CanAddKey())
                {
                    into.Add(In(ContainerPhase.AfterComma, 0));
                }

                break;
            case '"':
                if (_phase is not ContainerPhase.AfterMember && CanAddKey())
                {
                    into.Add(KeyFrame.Begin(this));
                }

                break;
            default:
                var read = Whitespace.Advance(Limits, _whitespace, symbol);

                // In plain spelling only the closing brace may follow whitespace after a property.
                if (read >= 0 && (_phase is not ContainerPhase.AfterMember || CanClose || Limits.Spelling is JsonSpelling.Every))
                {
                    into.Add(In(_phase, read));
                }

                break;
        }
    }

    /// <summary>Whether a declared name may be the key that is being read.</summary>
    public bool Allows(int index) => Shape.Allows(index, Seen, Missing, Depth);

    /// <summary>Whether a name that is not declared may be the key that is being read.</summary>
    public bool AllowsOther() => Shape.AllowsOther(Seen, Missing, Depth);

    public int FirstAllowed(int from, int to) => Shape.FirstAllowed(from, to, Seen, Missing, Depth);

    /// <summary>The object after a declared property.</summary>
    public ObjectFrame With(int index) =>
        new(Shape, Limits, Depth, Seen.With(index), Missing - (Shape.IsRequired(index) ? 1 : 0), ContainerPhase.AfterMember, 0, Parent);

    /// <summary>The object after a property of another name.</summary>
    public ObjectFrame With(string name) => new(Shape, Limits, Depth, Seen.With(name), Missing, ContainerPhase.AfterMember, 0, Parent);

    public override void Complete(List<int> symbols)
    {
        if (_phase is ContainerPhase.AfterComma)
        {
            symbols.Add('"');
            KeyFrame.Begin(this).Complete(symbols);
            return;
        }

        Shape.CompleteProperties(Seen, Depth, symbols);
        symbols.Add('}');
        Parent.CompleteAfterChild(symbols);
    }

    protected override bool HasSameContent(Frame other) =>
        other is ObjectFrame frame && ReferenceEquals(Shape, frame.Shape) && Depth == frame.Depth && _phase == frame._phase
        && _whitespace == frame._whitespace && Seen.Equals(frame.Seen);

    private bool CanAddKey() => AllowsOther() || FirstAllowed(0, Shape.Names.Count) >= 0;

    private ObjectFrame In(ContainerPhase phase, int whitespace) => new(Shape, Limits, Depth, Seen, Missing, phase, whitespace, Parent);
}
