package rules

// What the rules of the family Contract have in common: their verdict.

// reportContract reports a contract step with the verdict that the code allows.
// Until Go code is analysed, nothing can be proved.
func (p *Pass) reportContract(s *Step, object, what, breaks, help string) {
	f := p.At(s)
	f.Object = object
	f.Verdict = Unknown
	f.Message = what + ": " + breaks + "; no Go code was analysed, so nothing shows that it is out of use"
	f.Help = help
	p.Report(f)
}
