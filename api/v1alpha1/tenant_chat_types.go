// Copyright The Roster Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// ChatSettings hold settings of the web chat.
type ChatSettings struct {
	// appearance is how the chat looks to visitors.
	// +optional
	Appearance ChatAppearance `json:"appearance,omitzero"`

	// behaviour is what the chat does by itself.
	// +optional
	Behaviour ChatBehaviour `json:"behaviour,omitzero"`
}

// ChatAppearance is how the chat looks to visitors. Each absent field is
// the platform's own choice.
type ChatAppearance struct {
	// theme is the chat's colour scheme: Light, Dark, or Automatic (what the
	// visitor's browser prefers).
	// +optional
	Theme ChatTheme `json:"theme,omitempty"`

	// accentColor is the colour of buttons and of the chat's header, as
	// #RRGGBB.
	// +optional
	// +kubebuilder:validation:MaxLength=7
	// +kubebuilder:validation:XValidation:rule="self.matches('^#[0-9A-Fa-f]{6}$')",message="must be a colour as #RRGGBB, such as #1a73e8"
	AccentColor string `json:"accentColor,omitempty"`

	// position is the corner of the page in which the chat opens: BottomRight
	// or BottomLeft.
	// +optional
	Position ChatPosition `json:"position,omitempty"`

	// avatarShown says whether visitors see the operator's picture.
	// +optional
	AvatarShown *bool `json:"avatarShown,omitempty"`
}

// ChatTheme is a colour scheme of the chat.
// +kubebuilder:validation:Enum=Light;Dark;Automatic
type ChatTheme string

const (
	// ChatThemeLight is dark text on a light ground.
	ChatThemeLight ChatTheme = "Light"
	// ChatThemeDark is light text on a dark ground.
	ChatThemeDark ChatTheme = "Dark"
	// ChatThemeAutomatic is what the visitor's browser prefers.
	ChatThemeAutomatic ChatTheme = "Automatic"
)

// ChatPosition is a corner of the page.
// +kubebuilder:validation:Enum=BottomRight;BottomLeft
type ChatPosition string

const (
	// ChatPositionBottomRight is the lower right corner.
	ChatPositionBottomRight ChatPosition = "BottomRight"
	// ChatPositionBottomLeft is the lower left corner.
	ChatPositionBottomLeft ChatPosition = "BottomLeft"
)

// ChatBehaviour is what the chat does by itself. Each absent field is the
// platform's own choice.
type ChatBehaviour struct {
	// greeting is the text a visitor sees first, at most 1000 characters; it
	// may have several lines.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1000
	Greeting string `json:"greeting,omitempty"`

	// offlineForm says whether a visitor may leave a message while nobody is
	// available: Shown or Hidden.
	// +optional
	OfflineForm OfflineForm `json:"offlineForm,omitempty"`

	// proactiveInvitation says whether the chat invites a visitor to a
	// conversation by itself: Enabled or Disabled.
	// +optional
	ProactiveInvitation ProactiveInvitation `json:"proactiveInvitation,omitempty"`
}

// OfflineForm says whether the form for offline messages is shown.
// +kubebuilder:validation:Enum=Shown;Hidden
type OfflineForm string

const (
	// OfflineFormShown lets visitors leave a message while nobody is
	// available.
	OfflineFormShown OfflineForm = "Shown"
	// OfflineFormHidden does not.
	OfflineFormHidden OfflineForm = "Hidden"
)

// ProactiveInvitation says whether the chat speaks first.
// +kubebuilder:validation:Enum=Enabled;Disabled
type ProactiveInvitation string

const (
	// ProactiveInvitationEnabled lets the chat invite visitors by itself.
	ProactiveInvitationEnabled ProactiveInvitation = "Enabled"
	// ProactiveInvitationDisabled lets it wait for them.
	ProactiveInvitationDisabled ProactiveInvitation = "Disabled"
)
