namespace Slerp.Engine.Templates.Jinja;

/// <summary>A mapping that keeps the order its keys came in; immutable once a template sees it.</summary>
internal sealed class DictValue : JinjaValue
{
    /// <summary>What making one costs, beside its entries.</summary>
    public const int Steps = 8;

    private readonly OrderedDictionary<JinjaValue, JinjaValue> entries = new(KeyComparer.Instance);

    public int Count => entries.Count;

    public IEnumerable<KeyValuePair<JinjaValue, JinjaValue>> Entries => entries;

    public IReadOnlyList<JinjaValue> Keys => entries.Keys;

    public IReadOnlyList<JinjaValue> Values => entries.Values;

    public override string TypeName => "dict";

    public override bool IsTrue => entries.Count > 0;

    /// <summary>Only while the mapping is being made. A key that is there keeps its place and its first spelling.</summary>
    public void Set(JinjaValue key, JinjaValue value) => entries[key] = value;

    public void Set(string key, JinjaValue value) => entries[new TextValue(key)] = value;

    public JinjaValue? Find(JinjaValue key) => KeyComparer.IsKey(key) && entries.TryGetValue(key, out var value) ? value : null;

    public JinjaValue? Find(string key) => Find(new TextValue(key));
}
