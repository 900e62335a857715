// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/roster-dev/roster/internal/roster"
)

// readAnswer is whether an operator may read a conversation, and why or why not.
type readAnswer struct {
	identity

	Tenant       string            `json:"tenant"`
	Conversation conversation      `json:"conversation"`
	Reason       roster.ReadReason `json:"reason"`
	explanation
}

// conversation is the conversation of a question. People are named by user name.
type conversation struct {
	Kind         roster.ConversationKind `json:"kind"`
	Group        string                  `json:"group"`
	Assignee     string                  `json:"assignee,omitempty"`
	Participants []string                `json:"participants,omitempty"`
}

// conversationFlags say which conversation is meant.
type conversationFlags struct {
	kind         choice
	group        string
	assignee     string
	participants []string
}

func (f *conversationFlags) bind(c *cobra.Command, from *source) {
	for _, kind := range []roster.ConversationKind{roster.ChatSession, roster.Call, roster.ArchivedCall, roster.EmailThread, roster.OfflineMessage} {
		f.kind.words = append(f.kind.words, string(kind))
	}
	f.kind.bind(c, "kind", "", "what kind of conversation it is; required")
	flags := c.Flags()
	flags.StringVar(&f.group, "group", roster.GeneralGroup, "the group it belongs to")
	flags.StringVar(&f.assignee, "assignee", "", "the operator who took it on; absent: nobody did")
	flags.StringArrayVar(&f.participants, "participant", nil, "an operator who takes part in it beside the assignee; may be repeated")
	completed(c, "group", cobra.NoFileCompletions)
	completed(c, "assignee", from.offering((*company).people))
	completed(c, "participant", from.offering((*company).people))
}

func newRead(from *source) *cobra.Command {
	var to output
	var which conversationFlags
	var tenant string
	c := &cobra.Command{
		Use:   "read OPERATOR",
		Short: "May this operator read such a conversation",
		Long: `May this operator read such a conversation, and why or why not.

The operator takes part in it only if named by --assignee or --participant.`,
		Example: `  rosterctl access read bronze-lapwing --tenant retail --kind archivedcall --group retail-sales --assignee pewter-fogbank -f config/samples`,
		Args:    exactly("OPERATOR"),

		ValidArgsFunction: completeWords(from.offering((*company).people)),
		RunE: func(c *cobra.Command, args []string) error {
			p, tenant, err := from.personIn(c, args[0], tenant)
			if err != nil {
				return err
			}
			asked, err := which.conversation(c, p.company)
			if err != nil {
				return err
			}
			answer := asked.mayBeReadBy(p, tenant)
			if err := to.print(c.OutOrStdout(), answer, answer.draw); err != nil {
				return err
			}
			return answer.code()
		},
	}
	to.bind(c)
	which.bind(c, from)
	bindTenant(c, from, &tenant)
	return c
}

// conversation is the conversation the flags mean. Whoever it names is there, or a misspelt name would be a stranger.
func (f *conversationFlags) conversation(command *cobra.Command, c *company) (conversation, error) {
	if f.kind.value == "" {
		return conversation{}, misuse(command, "--kind is required: one of %s", f.kind.Type())
	}
	asked := conversation{Kind: roster.ConversationKind(f.kind.value), Group: f.group}
	for i, name := range append([]string{f.assignee}, f.participants...) {
		if i == 0 && name == "" {
			continue
		}
		o, err := c.operator(name)
		if err != nil {
			return conversation{}, err
		}
		// Without a store a person's ID is the user name, which is one person's alone.
		id := roster.NewPersonKey(c.name, o.Spec.UserName).UserName
		if i == 0 {
			asked.Assignee = id
		}
		if !slices.Contains(asked.Participants, id) {
			asked.Participants = append(asked.Participants, id)
		}
	}
	return asked, nil
}

func (a conversation) mayBeReadBy(p person, tenant string) readAnswer {
	standing := p.in(tenant)
	itself := func(userName string) (string, bool) { return userName, true }
	reader := standing.Reader(p.record().User.UserName, itself)
	asked := roster.Conversation{Tenant: tenant, Group: a.Group, Kind: a.Kind, Participants: a.Participants, Assignee: a.Assignee}
	why := p.explained(standing.ExplainReading(reader, asked, func(id string) string { return id }))
	if group, found := p.company.directory.Group(p.company.name, a.Group); a.Group != roster.GeneralGroup && (!found || group.Tenant != tenant) {
		why.Notes = append(why.Notes, fmt.Sprintf("the tenant has no Group %q: the answer is about a conversation whose group was deleted", a.Group))
	}
	return readAnswer{p.identity(), tenant, a, reader.Read(&asked).Reason, why}
}

func (a readAnswer) draw(w io.Writer) {
	what := fmt.Sprintf("read such a conversation in %s (%s)", a.Tenant, a.Reason)
	a.verdict(w, fmt.Sprintf("%s may %s", a.Operator, what), fmt.Sprintf("%s may not %s", a.Operator, what))
}
